/** The first thing in a text that JSON does not allow, in words, and where. */
export interface JsonFault {
  offset: number;
  message: string;
}

/** What a text holds as JSON: where the name of each member stands, by its path joined with `.`; or the first fault. */
export type JsonText = { names: Map<string, number> } | { fault: JsonFault };

class Fault extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

const STRING = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;
const SPACE = /[ \t\r\n]*/y;

/**
 * Reads a text as JSON does, for its places: the messages of `JSON.parse` differ from one Node to the next, and some name
 * no place at all.
 */
export function readJsonText(text: string): JsonText {
  try {
    return { names: new Scanner(text).document() };
  } catch (error) {
    if (error instanceof Fault) return { fault: { offset: error.offset, message: error.message } };
    throw error;
  }
}

class Scanner {
  readonly #text: string;
  readonly #names = new Map<string, number>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Map<string, number> {
    this.#value([]);
    const char = this.#next();
    if (char === "}" || char === "]") throw this.#fault(`there is one ${char} too many`);
    if (char !== "") throw this.#fault("nothing may follow the value that a JSON file holds");
    return this.#names;
  }

  #value(path: readonly string[]): void {
    const char = this.#next();
    if (char === "{") return this.#members("}", path);
    if (char === "[") return this.#members("]", path);
    if (char === '"') return void this.#string();
    if (this.#take(LITERAL) !== undefined) return;
    throw this.#unexpected("a value");
  }

  /** The members of an object or the items of a list, up to `end`. */
  #members(end: "}" | "]", path: readonly string[]): void {
    const began = this.#at;
    this.#at += 1;
    for (let count = 0; ; count += 1) {
      const char = this.#next();
      if (char === end && count === 0) break;
      if (char === end) throw this.#fault(`there is a comma too many before this ${end}`);
      if (end === "}") this.#member(path);
      else this.#value([...path, String(count)]);
      const after = this.#next();
      if (after === end) break;
      if (after === ",") this.#at += 1;
      else throw this.#separator(after, end, began);
    }
    this.#at += 1;
  }

  #member(path: readonly string[]): void {
    if (this.#next() !== '"') throw this.#unexpected("a name in double quotes");
    const offset = this.#at;
    const name: unknown = JSON.parse(this.#string());
    const own = [...path, String(name)];
    this.#names.set(own.join("."), offset);
    if (this.#next() !== ":") throw this.#fault(`a colon is missing after ${JSON.stringify(name)}`);
    this.#at += 1;
    this.#value(own);
  }

  #string(): string {
    const found = this.#take(STRING);
    if (found !== undefined) return found;
    const line = /"(?:[^"\\\n]|\\.)*/y;
    line.lastIndex = this.#at;
    const [start = ""] = line.exec(this.#text) ?? [];
    const closed = this.#text[this.#at + start.length] === '"';
    throw this.#fault(
      closed ? "this text has a character or an escape that JSON does not know" : "this text has no end",
    );
  }

  #separator(char: string, end: string, began: number): Fault {
    if (char === "" || char === "}" || char === "]") {
      const line = this.#text.slice(0, began).split("\n").length;
      return this.#fault(`the ${end} is missing that ends the ${this.#text[began]} of line ${line}`);
    }
    return this.#comment() ?? this.#fault("a comma is missing before this");
  }

  #unexpected(wanted: string): Fault {
    const word = /[^\s,:[\]{}"]+/y;
    word.lastIndex = this.#at;
    const [found] = word.exec(this.#text) ?? [];
    const char = this.#text[this.#at] ?? "";
    if (char === "") return this.#fault(`the file ends where ${wanted} must stand`);
    if (char === "'") return this.#fault("texts stand in double quotes in JSON, not in single ones");
    const shown = found === undefined ? char : found.length > 40 ? `${found.slice(0, 39)}…` : found;
    return this.#comment() ?? this.#fault(`${wanted} must stand here, not ${shown}`);
  }

  #comment(): Fault | undefined {
    const isComment = /^(\/\/|\/\*|#)/.test(this.#text.slice(this.#at, this.#at + 2));
    return isComment ? this.#fault("JSON knows no comments") : undefined;
  }

  #fault(message: string): Fault {
    return new Fault(this.#at, message);
  }

  /** @returns the next character that is no space; empty at the end. */
  #next(): string {
    this.#take(SPACE);
    return this.#text[this.#at] ?? "";
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
