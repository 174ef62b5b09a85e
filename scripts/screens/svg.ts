import { type Cell, type Color, SIZE } from "./terminal.ts";

const FONT_SIZE = 14;
/** The advance of common monospace fonts is 0.6 em; runs are stretched to the grid where a font differs. */
const CELL = { width: FONT_SIZE * 0.6, height: 19 } as const;
const BAR_HEIGHT = 36;
const PADDING = 16;
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

const THEME = {
  background: "#161b22",
  bar: "#21262d",
  border: "#30363d",
  title: "#9da7b3",
  foreground: "#d7dde4",
  lights: ["#f4635a", "#e8b339", "#46b955"],
} as const;

/** The sixteen ANSI colours: eight, and their bright forms. */
const ANSI = [
  "#4a535e",
  "#f47067",
  "#57c26a",
  "#dcb04a",
  "#6cb0ff",
  "#d2a0ff",
  "#4fc9d4",
  "#c5ced8",
  "#8b96a3",
  "#ff938a",
  "#7ee08f",
  "#f2cc60",
  "#94c8ff",
  "#e2c0ff",
  "#76e3ea",
  "#ffffff",
] as const;

interface Style {
  color: string;
  background: string;
  bold: boolean;
  italic: boolean;
  underline: boolean;
}

/** Neighbouring cells of one style; `column` and `width` count cells. */
interface Run extends Style {
  text: string;
  column: number;
  width: number;
}

/**
 * Draws a terminal's cells as a self-contained SVG: a dark window, its title, and text on a fixed grid. Blank rows at the
 * end are left out.
 */
export function drawScreen(rows: Cell[][], title: string): string {
  const used = rows.slice(
    0,
    rows.findLastIndex((row) => row.some((cell) => cell.text.trim() !== "" || cell.inverse)) + 1,
  );
  const width = Math.ceil(SIZE.columns * CELL.width + 2 * PADDING);
  const height = BAR_HEIGHT + used.length * CELL.height + 2 * PADDING;
  const body = used.flatMap((row, index) => drawRow(row, BAR_HEIGHT + PADDING + index * CELL.height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<style>text{font:${FONT_SIZE}px ${FONT};white-space:pre}.b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10" fill="${THEME.background}" stroke="${THEME.border}"/>`,
    `<path d="M1 ${BAR_HEIGHT}V10.5a9.5 9.5 0 0 1 9.5-9.5H${width - 10.5}a9.5 9.5 0 0 1 9.5 9.5V${BAR_HEIGHT}z" fill="${THEME.bar}"/>`,
    ...THEME.lights.map(
      (color, index) => `<circle cx="${20 + index * 20}" cy="${BAR_HEIGHT / 2}" r="6" fill="${color}"/>`,
    ),
    `<text x="${width / 2}" y="${BAR_HEIGHT / 2 + 4.5}" text-anchor="middle" fill="${THEME.title}">${escapeXml(title)}</text>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

function drawRow(cells: Cell[], top: number): string[] {
  const runs = runsOf(cells);
  const rectangles = runs
    .filter(({ background }) => background !== THEME.background)
    .map((run) => rectangle(run, run.background, top));
  const texts = runs.flatMap((run) => (run.text.trim() === "" ? [] : [drawRun(run, top)]));
  return [...rectangles, ...texts];
}

function drawRun(run: Run, top: number): string {
  if (SHAPES.test(run.text)) return drawShape(run, top);
  const classes = [run.bold ? "b" : "", run.italic ? "i" : "", run.underline ? "u" : ""].filter(Boolean).join(" ");
  const attributes = [
    `x="${round(PADDING + run.column * CELL.width)}"`,
    `y="${round(top + CELL.height * 0.74)}"`,
    ...(run.width > 1 ? [`textLength="${round(run.width * CELL.width)}"`] : []),
    `fill="${run.color}"`,
    ...(classes ? [`class="${classes}"`] : []),
  ];
  return `<text ${attributes.join(" ")}>${escapeXml(run.text)}</text>`;
}

function drawShape(run: Run, top: number): string {
  if (run.text.startsWith("─")) return rectangle(run, run.color, top + CELL.height / 2, 1);
  return rectangle(run, run.text.startsWith("█") ? run.color : mix(run.color, run.background, 0.35), top);
}

function rectangle(run: Run, fill: string, top: number, height: number = CELL.height): string {
  return `<rect x="${round(PADDING + run.column * CELL.width)}" y="${round(top)}" width="${round(run.width * CELL.width)}" height="${height}" fill="${fill}"/>`;
}

/**
 * Merges neighbours of equal style. Blanks of two cells and more part a run, and so does each symbol: it
 * may come from another font with another advance, and what follows must still begin at its column.
 */
function runsOf(cells: Cell[]): Run[] {
  const runs: Run[] = [];
  let column = 0;
  for (const cell of cells) {
    const style = styleOf(cell);
    const text = cell.text === "" ? " " : cell.text;
    const last = runs.at(-1);
    if (cell.width > 0) {
      if (last && sameStyle(last, style) && joins(last.text, text)) {
        last.text += text;
        last.width += cell.width;
      } else runs.push({ ...style, text, column, width: cell.width });
    }
    column += 1;
  }
  return runs.map(withoutOuterBlanks);
}

/** Drawn as shapes, because fonts leave gaps between them: of these, a run holds one kind. */
const SHAPES = /^[█░─]+$/;

/** Whether a character may follow in the same run. */
function joins(before: string, next: string): boolean {
  if (before.trim() === "") return next === " ";
  if (next === " ") return !/ {2}$/.test(before);
  if (SHAPES.test(next)) return before.endsWith(next);
  return isLatin(before) && isLatin(next) && !/ {2}$/.test(before);
}

/** Every monospace font has these. */
function isLatin(text: string): boolean {
  return /^[\x20-\x7E\u00A1-\u024F]*$/.test(text);
}

/** Blanks without a background show nothing, and a stretched run must not reach beyond its letters. */
function withoutOuterBlanks(run: Run): Run {
  if (run.background !== THEME.background || run.text.trim() === "") return run;
  const trailing = run.text.length - run.text.trimEnd().length;
  return { ...run, text: run.text.trimEnd(), width: run.width - trailing };
}

function sameStyle(one: Style, other: Style): boolean {
  return (
    one.color === other.color &&
    one.background === other.background &&
    one.bold === other.bold &&
    one.italic === other.italic &&
    one.underline === other.underline
  );
}

function styleOf({ bold, dim, italic, underline, inverse, ...cell }: Cell): Style {
  const own = hexOf(cell.foreground, THEME.foreground);
  const behind = hexOf(cell.background, THEME.background);
  const [color, background] = inverse ? [behind, own] : [own, behind];
  return { color: dim ? mix(color, background, 0.6) : color, background, bold, italic, underline };
}

function hexOf(color: Color, fallback: string): string {
  if (color.kind === "default") return fallback;
  return color.kind === "palette"
    ? paletteColor(color.index)
    : hex([color.value >> 16, (color.value >> 8) & 255, color.value & 255]);
}

/** 16 ANSI colours, a cube of 6 x 6 x 6 and 24 greys, as xterm defines them. */
function paletteColor(index: number): string {
  const ansi = ANSI[index];
  if (ansi) return ansi;
  if (index >= 232) return hex(Array.from({ length: 3 }, () => 8 + (index - 232) * 10));
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return hex([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level));
}

/** @param share how much of `color` there is, 0 to 1 */
function mix(color: string, other: string, share: number): string {
  const [front, back] = [channels(color), channels(other)];
  return hex(front.map((value, index) => Math.round(value * share + (back[index] ?? 0) * (1 - share))));
}

function channels(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}

function hex(parts: number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
