import { describe, expect, it } from "vitest";
import { answer } from "./answer.ts";
import { splitPrompt } from "./prompt.ts";
import { splitSentences } from "./sentences.ts";
import { readWish } from "./summarize.ts";
import { countTokens, limitTokens, pieces } from "./tokens.ts";

const DOCUMENT = [
  "The queue takes every task at once and keeps it until a worker is free. A worker reads one task and calls the model.",
  "When the model refuses, the queue hands the task out again after a pause. After three attempts the queue moves the task to the dead-letter queue.",
  "Operators look at the dead-letter queue every morning. The kitchen serves soup on Fridays. They redrive the tasks once the model is well again.",
].join("\n\n");

const NOTICE = "[Offline model: these are sentences of the text itself, picked by word frequency.]";
const ask = (text: string, system?: string) =>
  answer([...(system ? [{ role: "system", text: system }] : []), { role: "user", text }]);
const body = (text: string) => text.replace(`${NOTICE}\n\n`, "");

describe("answer", () => {
  it("says what it is and gives the text's own sentences, in order", () => {
    const said = ask(`Summarize this document.\n\n${DOCUMENT}`);
    expect(said.startsWith(`${NOTICE}\n\n`)).toBe(true);
    const picked = splitSentences(body(said)).map(({ text }) => text);
    const all = splitSentences(DOCUMENT).map(({ text }) => text);
    expect(picked.length).toBe(3);
    expect(picked).toEqual(all.filter((sentence) => picked.includes(sentence)));
    expect(said).not.toContain("Summarize this");
  });

  it("is the same for the same question", () => {
    expect(ask(`Summarize:\n\n${DOCUMENT}`)).toBe(ask(`Summarize:\n\n${DOCUMENT}`));
  });

  it("gives as many sentences as are wanted, and bullets", () => {
    expect(splitSentences(body(ask(`Summarize in one sentence.\n\n${DOCUMENT}`)))).toHaveLength(1);
    const bullets = body(ask(DOCUMENT, "Answer with 4 bullet points.")).split("\n");
    expect(bullets.length).toBe(4);
    expect(bullets.every((line) => line.startsWith("- "))).toBe(true);
  });

  it("picks what the request asks about", () => {
    expect(
      ask(`What does the kitchen serve? Answer in one sentence.\n\n<document>\n${DOCUMENT}\n</document>`),
    ).toContain("The kitchen serves soup on Fridays.");
  });

  it("carries its notice once through a summary of summaries", () => {
    const parts = [DOCUMENT, DOCUMENT.replaceAll("queue", "line")].map((text) => ask(`Summarize.\n\n${text}`));
    const whole = ask(`Combine these partial summaries into one:\n\n${parts.join("\n\n")}`);
    expect(whole.split("[Offline model").length).toBe(2);
    expect(whole).toContain("queue");
  });

  it("finds the text in the system message when the user only asks", () => {
    const said = answer([
      { role: "system", text: `Use the context to answer.\n\n<context>\n${DOCUMENT}\n</context>` },
      { role: "user", text: "When is the task moved to the dead-letter queue? One sentence." },
    ]);
    expect(body(said)).toBe("After three attempts the queue moves the task to the dead-letter queue.");
  });

  it("says that it cannot where there is no text", () => {
    expect(ask("Write a haiku about queues.")).toBe(
      "[Offline model: it can pick sentences out of a text, but not write or reason.]\n\n" +
        'You asked: "Write a haiku about queues." It came without a text to pick sentences from. ' +
        "Give the stage a real model's key, and that model answers.",
    );
    expect(answer([])).toContain("You asked nothing.");
    expect(ask("x".repeat(5_000)).length).toBeLessThan(500);
  });
});

describe("splitPrompt", () => {
  it.each([
    ["a document after its instruction", `Write a concise summary of the following:\n\n${DOCUMENT}`, "Write a concise"],
    ["a document on the line after", `Write a concise summary of the following:\n${DOCUMENT}`, "Write a concise"],
    [
      "quotes and a closing word",
      `Write a concise summary of the following:\n\n"${DOCUMENT}"\n\nCONCISE SUMMARY:`,
      "CONCISE SUMMARY:",
    ],
    ["tags", `<document>\n${DOCUMENT}\n</document>\n\nSummarize the document.`, "Summarize the document."],
    ["fences", `Summarize:\n\`\`\`\n${DOCUMENT}\n\`\`\``, "Summarize:"],
    ["triple quotes", `"""\n${DOCUMENT}\n"""\nBe brief.`, "Be brief."],
    ["a first sentence", `Summarize this. ${DOCUMENT.replaceAll("\n\n", " ")}`, "Summarize this."],
  ])("takes %s apart", (_what, text, request) => {
    const prompt = splitPrompt(text);
    expect(prompt.document?.replace(/\s+/g, " ")).toBe(DOCUMENT.replace(/\s+/g, " "));
    expect(prompt.request).toContain(request);
    expect(prompt.request).not.toContain("Operators");
  });

  it("takes a long text without any instruction for a document", () => {
    expect(splitPrompt(DOCUMENT)).toEqual({ document: DOCUMENT, request: "" });
  });

  it("takes a question for a question", () => {
    expect(splitPrompt("How does a queue work?")).toEqual({ request: "How does a queue work?" });
  });
});

describe("splitSentences", () => {
  const texts = (text: string) => splitSentences(text).map((sentence) => sentence.text);

  it("keeps abbreviations, numbers and quotes whole", () => {
    expect(texts('Dr. Smith paid 3.5 million, e.g. for U.S. rights. "It works." Fine!')).toEqual([
      "Dr. Smith paid 3.5 million, e.g. for U.S. rights.",
      '"It works."',
      "Fine!",
    ]);
  });

  it("joins the lines and cut words of a PDF and drops its page furniture", () => {
    const page = (n: number, text: string) => `Federal Notes ${n}\n${text}\n${n}`;
    const pdf = [
      page(1, "The agency pro-\nposes a new rule for all\nairplanes that carry more than\nthirty people."),
      page(2, "It takes effect in\nthe spring of next year and\nreplaces the older rule."),
      page(3, "Comments are wel-\ncome until then."),
    ].join("\n");
    expect(texts(pdf)).toEqual([
      "The agency proposes a new rule for all airplanes that carry more than thirty people.",
      "It takes effect in the spring of next year and replaces the older rule.",
      "Comments are welcome until then.",
    ]);
  });

  it("leaves Markdown's headings, tables and code out", () => {
    const markdown =
      "# Title here.\n\nOne **bold** sentence with a [link](http://x.example/a.b).\n\n| a. | b. |\n| --- | --- |\n\n```js\nrun. code.\n```\n\n- First item.\n- Second item.";
    expect(texts(markdown)).toEqual(["One bold sentence with a link.", "First item.", "Second item."]);
  });
});

describe("readWish", () => {
  it.each([
    ["in three sentences", { sentences: 3, bullets: false }],
    ["as 5 bullet points", { sentences: 5, bullets: true }],
    ["3-5 key points", { sentences: 5, bullets: true }],
    ["at most 90 words", { words: 90, sentences: 5, bullets: false }],
    ["two paragraphs", { sentences: 6, bullets: false }],
    ["as a bulleted list", { bullets: true }],
    ["briefly", { bullets: false }],
  ])("%s", (text, wish) => {
    expect(readWish(text)).toEqual(wish);
  });
});

describe("tokens", () => {
  it("are counted by word and sign", () => {
    expect(["", "word", "summarization", "Hello, world!", "漢字"].map(countTokens)).toEqual([0, 1, 3, 4, 2]);
  });

  it("come in pieces that join to the text again", () => {
    const text = "  One two,\n\nthree.  Four \n";
    expect(pieces(text).join("")).toBe(text);
    expect(pieces("")).toEqual([]);
  });

  it("are limited at a word", () => {
    expect(limitTokens("one two three four", 2)).toEqual({ text: "one two ", cut: true });
    expect(limitTokens("one two", 2)).toEqual({ text: "one two", cut: false });
  });
});
