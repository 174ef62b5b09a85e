import { stripVTControlCharacters } from "node:util";
import type { Diagnostic } from "./message.ts";

/** What `init` says before the errors in the files themselves. */
const PREFACE = /^\S+ encountered problems during initiali[sz]ation/;
/** `on queues.tf line 12, in resource "aws_sqs_queue" "a":`, or within a sentence: `at extra.tf:1`. */
const PLACE = [/^ *on (\S+) line (\d+)/m, /\bat (\S+\.tf(?:\.json)?):(\d+)/];

/**
 * Reads errors as Terraform writes them where it speaks no JSON: `Error: summary`, and paragraphs of what is where.
 * @returns each once, those with a place first.
 */
export function errorsIn(stderr: string): Diagnostic[] {
  const text = stripVTControlCharacters(stderr).replaceAll(/^[│╷╵][^\S\n]?/gm, "");
  const blocks = new Set(text.split(/^(?=Error: )/m).map((block) => block.trim()));
  return [...blocks]
    .filter((block) => block.startsWith("Error: "))
    .map(diagnosticOf)
    .filter(({ summary }) => !PREFACE.test(summary))
    .toSorted((a, b) => Number(b.range !== undefined) - Number(a.range !== undefined));
}

function diagnosticOf(block: string): Diagnostic {
  const [title = "", ...paragraphs] = block.slice("Error: ".length).split(/\n\s*\n/);
  const isPlace = (paragraph: string) => /^ *(on \S+ line \d+|with \S+,$)/m.test(paragraph);
  const detail = paragraphs.filter((paragraph) => !isPlace(paragraph)).join("\n\n");
  const [, filename, line] = PLACE.map((pattern) => pattern.exec(block)).find((found) => found !== null) ?? [];
  const code = /^ *\d+: (.*)$/m.exec(paragraphs.find(isPlace) ?? "")?.[1];
  return {
    severity: "error",
    summary: title.trim().replaceAll(/\s+/g, " "),
    detail,
    ...(filename === undefined ? {} : { range: { filename, start: { line: Number(line) } } }),
    ...(code === undefined ? {} : { snippet: { code } }),
  };
}
