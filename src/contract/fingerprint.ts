import { hash } from "./hash.ts";

/** What differs between two failures of one cause, longest patterns first. */
const VOLATILE: [RegExp, string][] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)]+/gi, "<url>"],
  [/"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”/g, "<text>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b(?:req|msg|chatcmpl|resp|org|proj|run|call)[-_][A-Za-z0-9_-]+/g, "<id>"],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, "<hex>"],
  [/\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9_-]{16,}\b/g, "<id>"],
  [/\d+(?:[.,:]\d+)*/g, "<n>"],
  [/\s+/g, " "],
];

/**
 * @returns 12 hexadecimal digits, equal for failures of one cause: ids, numbers, times, addresses and quoted text do not
 * count.
 */
export function fingerprint(error: { name: string; message: string; status?: number; code?: string }): string {
  let text = error.message;
  for (const [pattern, token] of VOLATILE) text = text.replace(pattern, token);
  const cause = [error.name, error.status ?? "", error.code ?? "", text.trim().toLowerCase()].join("\n");
  return hash(cause, 12);
}
