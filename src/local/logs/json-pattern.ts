import { invalid } from "./errors.ts";

/** A JSON filter pattern, such as `{ ($.level = "error") && ($.attempt > 1) }`, compiled. */
export type JsonTest = (value: unknown) => boolean;

const TOKEN =
  /\s*(?:(&&|\|\||>=|<=|!=|[()=<>{}])|(\$(?:\.[A-Za-z0-9_-]+|\.?\["[^"]*"\]|\[\d+\]|\[\*\])*)|"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s()=<>!&|{}"]+))/y;

type Token =
  | { kind: "symbol"; text: string }
  | { kind: "selector"; text: string }
  | { kind: "string"; text: string }
  | { kind: "regex"; text: string }
  | { kind: "word"; text: string };

/** @param pattern with its braces. @throws AwsError `InvalidParameterException`. */
export function compileJsonPattern(pattern: string): JsonTest {
  const tokens = tokenize(pattern);
  let at = 0;
  const peek = () => tokens[at];
  const is = (text: string) => {
    const token = peek();
    return token?.kind === "symbol" && token.text === text;
  };
  const expect = (text: string) => {
    if (!is(text))
      throw invalid(`Invalid filter pattern: expected ${text} near ${JSON.stringify(peek()?.text ?? "the end")}`);
    at += 1;
  };

  const either = (): JsonTest => {
    const tests = [both()];
    while (is("||")) {
      at += 1;
      tests.push(both());
    }
    return (value) => tests.some((test) => test(value));
  };
  const both = (): JsonTest => {
    const tests = [single()];
    while (is("&&")) {
      at += 1;
      tests.push(single());
    }
    return (value) => tests.every((test) => test(value));
  };
  const single = (): JsonTest => {
    if (is("(")) {
      at += 1;
      const inner = either();
      expect(")");
      return inner;
    }
    const selector = tokens[at++];
    if (selector?.kind !== "selector")
      throw invalid(
        `Invalid filter pattern: a selector such as $.level was expected, not ${JSON.stringify(selector?.text ?? "the end")}`,
      );
    const select = compileSelector(selector.text);
    const operator = tokens[at++];
    if (operator?.kind === "word") return words(operator.text, select);
    if (operator?.kind !== "symbol" || !["=", "!=", ">", "<", ">=", "<="].includes(operator.text)) {
      throw invalid(`Invalid filter pattern: a comparison was expected after ${selector.text}`);
    }
    const operand = tokens[at++];
    if (!operand || operand.kind === "symbol" || operand.kind === "selector")
      throw invalid(`Invalid filter pattern: a value was expected after ${operator.text}`);
    return compare(select, operator.text, operand);
  };
  /** `IS NULL`, `IS TRUE`, `IS FALSE`, `NOT EXISTS`, `EXISTS`. */
  const words = (first: string, select: (value: unknown) => unknown[]): JsonTest => {
    const upper = first.toUpperCase();
    if (upper === "EXISTS") return (value) => select(value).some((found) => found !== undefined);
    const token = tokens[at++];
    const second = token?.kind === "word" ? token.text.toUpperCase() : "";
    if (upper === "NOT" && second === "EXISTS") return (value) => select(value).every((found) => found === undefined);
    const wanted =
      upper === "IS"
        ? new Map<string, unknown>([
            ["NULL", null],
            ["TRUE", true],
            ["FALSE", false],
          ])
        : new Map<string, unknown>();
    if (!wanted.has(second)) throw invalid(`Invalid filter pattern: ${first} ${token?.text ?? ""} is not known`);
    return (value) => select(value).some((found) => found === wanted.get(second));
  };

  expect("{");
  const test = either();
  expect("}");
  if (at < tokens.length) throw invalid("Invalid filter pattern: something follows its end");
  return test;
}

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  const text = pattern.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) throw invalid(`Invalid filter pattern: it cannot be read after ${tokens.length} parts`);
    const [, symbol, selector, string, regex, word] = match;
    if (symbol !== undefined) tokens.push({ kind: "symbol", text: symbol });
    else if (selector !== undefined) tokens.push({ kind: "selector", text: selector });
    else if (string !== undefined) tokens.push({ kind: "string", text: string.replace(/\\(.)/g, "$1") });
    else if (regex !== undefined) tokens.push({ kind: "regex", text: regex });
    else tokens.push({ kind: "word", text: word ?? "" });
  }
  return tokens;
}

function compileSelector(text: string): (value: unknown) => unknown[] {
  const steps = [...text.matchAll(/\.([A-Za-z0-9_-]+)|\.?\["([^"]*)"\]|\[(\d+)\]|(\[\*\])/g)].map(
    ([, name, quoted, index, all]) => (all ? { all: true as const } : { key: name ?? quoted ?? index ?? "" }),
  );
  return (value) => {
    let found: unknown[] = [value];
    for (const step of steps) {
      found = found.flatMap((item): unknown[] => {
        if (typeof item !== "object" || item === null) return [undefined];
        if ("all" in step) return Array.isArray(item) ? item : [undefined];
        const member: unknown = Object.hasOwn(item, step.key) ? Reflect.get(item, step.key) : undefined;
        return [member];
      });
    }
    return found;
  };
}

function compare(select: (value: unknown) => unknown[], operator: string, operand: Token): JsonTest {
  const number = operand.kind === "word" ? Number(operand.text) : Number.NaN;
  if (operator === "=" || operator === "!=") {
    const matches = equality(operand, number);
    // `!=` also holds for an event that has no such member.
    return operator === "=" ? (value) => select(value).some(matches) : (value) => !select(value).some(matches);
  }
  if (Number.isNaN(number)) throw invalid(`Invalid filter pattern: ${operator} compares numbers only`);
  const order: Record<string, (found: number) => boolean> = {
    ">": (found) => found > number,
    "<": (found) => found < number,
    ">=": (found) => found >= number,
    "<=": (found) => found <= number,
  };
  return (value) => select(value).some((found) => typeof found === "number" && order[operator]?.(found) === true);
}

function equality(operand: Token, number: number): (found: unknown) => boolean {
  const expression = operand.kind === "regex" ? toRegex(operand.text) : wildcard(operand.text);
  return (found) => {
    if (typeof found === "number")
      return found === number || (operand.text.includes("*") && expression.test(String(found)));
    if (typeof found === "string") return expression.test(found);
    return typeof found === "boolean" && operand.kind === "word" && String(found) === operand.text.toLowerCase();
  };
}

/** @throws AwsError when it is no regular expression. */
export function toRegex(text: string): RegExp {
  try {
    return new RegExp(text, "u");
  } catch {
    throw invalid(`Invalid regular expression in the filter pattern: ${text}`);
  }
}

function wildcard(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "su");
}
