import { invalid, notOffered } from "./errors.ts";
import { compileJsonPattern, toRegex } from "./json-pattern.ts";

/** Whether a message passes a filter pattern. */
export type MessageTest = (message: string) => boolean;

const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s"]+))/y;

/**
 * Compiles a CloudWatch Logs filter pattern: terms that must all be there, `"quoted phrases"`, `?either ?or`, `-not`,
 * `%regular expressions%`, and JSON patterns in braces. Case matters, as on AWS.
 *
 * @throws AwsError `InvalidParameterException`.
 */
export function compilePattern(pattern: string | undefined): MessageTest {
  const text = pattern?.trim() ?? "";
  if (text === "") return () => true;
  if (text.startsWith("{")) return jsonTest(text);
  if (text.startsWith("[")) throw notOffered("space-delimited filter patterns; use terms or a JSON pattern");
  return termTest(text);
}

function jsonTest(pattern: string): MessageTest {
  const test = compileJsonPattern(pattern);
  return (message) => {
    // Most lines that are no objects are told apart without the cost of a parser.
    const start = message.trimStart().charCodeAt(0);
    if (start !== 0x7b && start !== 0x5b) return false;
    try {
      return test(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

function termTest(text: string): MessageTest {
  const all: MessageTest[] = [];
  const any: MessageTest[] = [];
  const none: MessageTest[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const match = TERM.exec(text);
    if (!match) throw invalid("Invalid filter pattern: a quotation mark is missing.");
    const [, sign, quoted, regex, bare] = match;
    if (bare !== undefined && !/^[\p{L}\p{N}_]+$/u.test(bare)) throw invalid(`Invalid character(s) in term '${bare}'`);
    const test = regex === undefined ? contains(quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "") : matching(regex);
    (sign === "?" ? any : sign === "-" ? none : all).push(test);
  }
  return (message) => {
    if (none.some((test) => test(message)) || !all.every((test) => test(message))) return false;
    // Beside other terms AWS ignores those with a question mark.
    return any.length === 0 || all.length > 0 || none.length > 0 || any.some((test) => test(message));
  };
}

const contains =
  (term: string): MessageTest =>
  (message) =>
    message.includes(term);

function matching(expression: string): MessageTest {
  const regex = toRegex(expression);
  return (message) => regex.test(message);
}
