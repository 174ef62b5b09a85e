/**
 * Renders a Markdown file of this repository as a PDF: `node scripts/render-pdf.ts docs/operators-guide.md docs/operators-guide.pdf`.
 * The result depends on the Markdown alone (no dates), so that it changes only when the text does.
 */
import { createWriteStream, readFileSync } from "node:fs";
import { finished } from "node:stream/promises";
import { lexer, type MarkedToken, type Token, type Tokens } from "marked";
// oxlint-disable-next-line import/no-named-as-default -- its types know the default export only
import PDFDocument from "pdfkit";

/** Size of running text, in points. */
const BODY = 12;

type Pdf = InstanceType<typeof PDFDocument>;

const [source, target] = process.argv.slice(2);
if (!source || !target) throw new Error("Usage: node scripts/render-pdf.ts SOURCE.md TARGET.pdf");

const markdown = readFileSync(source, "utf8");
const title = /^# (.+)$/m.exec(markdown)?.[1] ?? source;
const pdf = new PDFDocument({
  size: "A4",
  margins: { top: 76, bottom: 76, left: 80, right: 80 },
  info: { Title: title, Author: "ai-pipeline contributors", CreationDate: new Date(0), ModDate: new Date(0) },
});
const file = createWriteStream(target);
pdf.pipe(file);
for (const token of lexer(markdown)) if (isKnown(token)) drawBlock(pdf, token);
pdf.end();
await finished(file);

/** Without extensions the lexer makes no other tokens; its type allows for them. */
function isKnown(token: Token): token is MarkedToken {
  return token.type !== "generic";
}

function drawBlock(doc: Pdf, token: MarkedToken): void {
  switch (token.type) {
    case "heading":
      return heading(doc, token);
    case "paragraph":
      return paragraph(doc, token);
    case "list":
      return list(doc, token);
    case "table":
      return table(doc, token);
    case "code":
      doc.font("Courier").fontSize(9).text(token.text, { lineGap: 1 }).moveDown(0.7);
      return;
    default:
      // Blank lines, and what the guide does not use.
      return;
  }
}

function heading(doc: Pdf, { depth, tokens }: Tokens.Heading): void {
  const size = [24, 16, 13][depth - 1] ?? BODY;
  // A heading at the foot of a page would stand apart from its text.
  if (doc.y > doc.page.height - 150) doc.addPage();
  doc
    .moveDown(depth === 1 ? 0 : 0.5)
    .font("Helvetica-Bold")
    .fontSize(size)
    .text(plain(tokens))
    .moveDown(0.4);
}

function paragraph(doc: Pdf, { tokens }: Tokens.Paragraph): void {
  inline(doc, tokens);
  doc.moveDown(0.7);
}

function list(doc: Pdf, { items, ordered }: Tokens.List): void {
  items.forEach((item, index) => {
    doc
      .font("Helvetica")
      .fontSize(BODY)
      .text(ordered ? `${index + 1}.` : "•", { continued: false });
    doc.moveUp();
    const inner = item.tokens.flatMap((token) => ("tokens" in token && token.tokens ? token.tokens : [token]));
    doc.x += 16;
    inline(doc, inner);
    doc.x -= 16;
    doc.moveDown(0.2);
  });
  doc.moveDown(0.5);
}

/** Writes a run of text, with code in a fixed pitch and strong text bold. */
function inline(doc: Pdf, tokens: Token[]): void {
  doc.fontSize(BODY);
  const runs = tokens.map((token) => ({
    text: plain([token]).replaceAll("\n", " "),
    font: token.type === "codespan" ? "Courier" : token.type === "strong" ? "Helvetica-Bold" : "Helvetica",
  }));
  runs.forEach(({ text, font }, index) => {
    doc.font(font).text(text, { continued: index < runs.length - 1, lineGap: 5.5 });
  });
}

function table(doc: Pdf, { header, rows }: Tokens.Table): void {
  doc.font("Helvetica").fontSize(9);
  doc.table({
    data: [
      header.map((cell) => ({ text: plain(cell.tokens), font: { src: "Helvetica-Bold" } })),
      ...rows.map((row) => row.map((cell) => plain(cell.tokens))),
    ],
    defaultStyle: { border: 0.5, borderColor: "#bbbbbb", padding: 5 },
  });
  doc.x = doc.page.margins.left;
  doc.moveDown(1);
}

/** The text of inline tokens without their markup. */
function plain(tokens: Token[]): string {
  return tokens
    .map((token) =>
      "tokens" in token && token.tokens ? plain(token.tokens) : unescape("text" in token ? String(token["text"]) : ""),
    )
    .join("");
}

function unescape(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
