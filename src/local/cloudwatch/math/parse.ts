import { notOffered, validation } from "../errors.ts";

/** Metric math, parsed. */
export type Expression =
  | { kind: "number"; value: number }
  | { kind: "text"; value: string }
  | { kind: "id"; id: string }
  | { kind: "list"; items: Expression[] }
  | { kind: "binary"; operator: Operator; left: Expression; right: Expression }
  | { kind: "call"; name: FunctionName; args: Expression[] };

export const OPERATORS = ["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "^"] as const;
export type Operator = (typeof OPERATORS)[number];

export const FUNCTIONS = ["METRICS", "SUM", "AVG", "MIN", "MAX", "FILL", "IF", "ABS", "CEIL", "FLOOR"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

const PRECEDENCE: Readonly<Record<Operator, number>> = {
  "==": 1,
  "!=": 1,
  "<=": 1,
  ">=": 1,
  "<": 1,
  ">": 1,
  "+": 2,
  "-": 2,
  "*": 3,
  "/": 3,
  "^": 4,
};

const TOKEN =
  /\s*(?:(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|(?<text>"[^"]*"|'[^']*')|(?<name>[A-Za-z_]\w*)|(?<sign>==|!=|<=|>=|[-+*/^<>()[\],]))/y;

interface Token {
  kind: "number" | "text" | "name" | "sign" | "end";
  text: string;
}

/** @returns the error of an expression, as CloudWatch begins it. */
export function expressionError(id: string, reason: string) {
  return validation(`Error in expression '${id}': ${reason}`);
}

/**
 * Parses an expression of metric math.
 * @throws ValidationError for one that is malformed, or uses what only CloudWatch itself offers.
 */
export function parseExpression(text: string, id: string): Expression {
  if (/^\s*SELECT\b/i.test(text)) throw notOffered("Metrics Insights queries");
  return new Parser(tokenize(text, id), id).parse();
}

function tokenize(text: string, id: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) throw expressionError(id, `Unexpected input at character ${at + 1}.`);
    for (const kind of ["number", "text", "name", "sign"] as const) {
      const found = groups[kind];
      if (found !== undefined) tokens.push({ kind, text: found });
    }
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #id: string;
  #at = 0;

  constructor(tokens: readonly Token[], id: string) {
    this.#tokens = tokens;
    this.#id = id;
  }

  parse(): Expression {
    const expression = this.#expression(1);
    if (this.#next.kind !== "end") throw this.#unexpected();
    return expression;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "the end" };
  }

  #expression(least: number): Expression {
    let left = this.#operand();
    for (;;) {
      const operator = this.#operator();
      if (!operator || PRECEDENCE[operator] < least) return left;
      this.#at += 1;
      // A power binds to the right, all else to the left.
      const right = this.#expression(operator === "^" ? PRECEDENCE[operator] : PRECEDENCE[operator] + 1);
      left = { kind: "binary", operator, left, right };
    }
  }

  #operator(): Operator | undefined {
    const { kind, text } = this.#next;
    return kind === "sign" ? OPERATORS.find((operator) => operator === text) : undefined;
  }

  #operand(): Expression {
    const token = this.#next;
    this.#at += 1;
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "text") return { kind: "text", value: token.text.slice(1, -1) };
    if (token.kind === "name") return this.#takes("(") ? this.#call(token.text) : { kind: "id", id: token.text };
    if (token.text === "-") {
      return { kind: "binary", operator: "*", left: { kind: "number", value: -1 }, right: this.#expression(4) };
    }
    if (token.text === "(") {
      const inner = this.#expression(1);
      if (!this.#takes(")")) throw this.#unexpected();
      return inner;
    }
    if (token.text === "[") return { kind: "list", items: this.#items("]") };
    this.#at -= 1;
    throw this.#unexpected();
  }

  #call(name: string): Expression {
    const known = FUNCTIONS.find((item) => item === name.toUpperCase());
    if (!known) throw notOffered(`the function ${name} of metric math`);
    return { kind: "call", name: known, args: this.#items(")") };
  }

  #items(close: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#takes(close)) {
      if (items.length > 0 && !this.#takes(",")) throw this.#unexpected();
      items.push(this.#expression(1));
    }
    return items;
  }

  #takes(sign: string): boolean {
    if (this.#next.kind !== "sign" || this.#next.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #unexpected() {
    return expressionError(this.#id, `Unexpected ${this.#next.text}.`);
  }
}
