import { cutText, SCREEN_LINE } from "./cut.ts";
import { styleText } from "node:util";
import type { LogLevel } from "../contract/log-message.ts";
import type { LogsLine } from "../contract/operations/logs.ts";
import { printable } from "./printable.ts";

type Style = Parameters<typeof styleText>[0];
/** Colours a text, or leaves it as it is where there are no colours. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

const LEVEL_STYLES = { debug: "gray", info: "cyan", warn: "yellow", error: "red" } as const satisfies Record<
  LogLevel,
  Style
>;
/** Shown before the line, or the same for all of them. */
const SHOWN = new Set(["timestamp", "level", "message", "app", "stage"]);

/** A line for a pipe: time, function, and the message whole, as it was written. */
export function pipedLine(line: LogsLine): string {
  return `${new Date(line.at).toISOString()} ${line.function} ${line.message.trimEnd()}`;
}

/**
 * A line for a terminal: time, function, level and text, then the other fields of a JSON line: short ones behind it, objects
 * below it.
 */
export function terminalLine(line: LogsLine, width: number, paint: Paint): string {
  const time = new Date(line.at);
  const clock = `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  const level = line.level ? paint(LEVEL_STYLES[line.level], line.level.toUpperCase().padEnd(5)) : "     ";
  const { text, fields } = partsOf(line);
  const [first = "", ...more] = fit(text).split("\n");
  const short = fields.filter(([, value]) => isShort(value)).map(([name, value]) => `${name}=${String(value)}`);
  const behind = short.length > 0 ? paint("gray", fit(short.join(" "))) : "";
  const head = [paint("gray", clock), line.function.padEnd(width), level, first, behind];
  const below = fields
    .filter(([, value]) => !isShort(value))
    .map(([name, value]) => `${paint("gray", printable(name))} ${fit(objectText(value))}`);
  // Further lines of one entry stand below its first.
  return [head.filter((part) => part !== "").join(" "), ...[...more, ...below].map(indented)].join("\n");
}

/** @returns what a line says, and the fields that stand beside it. */
function partsOf({ kind, message, data }: LogsLine): { text: string; fields: (readonly [string, unknown])[] } {
  if (!data) return { text: message.trimEnd(), fields: [] };
  if (kind === "platform") {
    const fields = entriesOf(data["record"]);
    const spread = fields.flatMap(([name, value]) =>
      name === "metrics" ? entriesOf(value) : [[name, value] as const],
    );
    return { text: String(data["type"]), fields: spread };
  }
  const said = data["message"];
  const fields = Object.entries(data).filter(
    ([name, value]) => !SHOWN.has(name) && !(isText(said) && isTold(value, said)),
  );
  // What is not a text is shown as the other objects are.
  return isText(said)
    ? { text: said, fields }
    : { text: "", fields: said === undefined ? fields : [["message", said], ...fields] };
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** Lambda writes an error's stack into the message and once more beside it. */
function isTold(value: unknown, said: string): boolean {
  return Array.isArray(value) && value.length > 1 && value.every((line) => isText(line) && said.includes(line.trim()));
}

const isText = (value: unknown): value is string => typeof value === "string";

function isShort(value: unknown): boolean {
  return isText(value) ? !value.includes("\n") : typeof value !== "object" || value === null;
}

function objectText(value: unknown): string {
  return isText(value) ? value : JSON.stringify(value, null, 2);
}

function indented(text: string): string {
  return `  ${text.replaceAll("\n", "\n  ")}`;
}

/** What others wrote, as a screen may show it and can hold it. */
const fit = (text: string) => cutText(printable(text), SCREEN_LINE, "--json or a pipe has all of it");
