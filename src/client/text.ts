import type { TokenEvent } from "../contract/event.ts";

/** Joins the pieces of an attempt's text, whatever their order, overlap or repetition. */
export interface TextAssembler {
  /** @returns what is new, in order; empty when nothing is, or a piece before it is missing. */
  accept(token: TokenEvent): TokenEvent[];
  /** A new attempt began: its text starts anew, and late pieces of the former one are dropped. */
  restart(generation: number, attempt: number): void;
  /** @returns whether so much of the attempt's text was passed on, or there is no use in waiting for it. */
  has(mark: { generation: number; attempt: number; length: number }): boolean;
  /** A piece is missing. */
  readonly gap: boolean;
}

/** More early pieces than this are not kept: the server repeats the text when asked. */
const MAX_EARLY = 2_000;

export function createTextAssembler(): TextAssembler {
  let generation = 0;
  let attempt = 0;
  let length = 0;
  let early = new Map<number, TokenEvent>();

  const isLater = (g: number, a: number) => g > generation || (g === generation && a > attempt);
  const restart = (g: number, a: number) => {
    generation = g;
    attempt = a;
    length = 0;
    early = new Map();
  };
  const take = (token: TokenEvent): TokenEvent[] => {
    const delta = token.delta.slice(length - token.offset);
    if (delta === "") return [];
    const offset = length;
    length += delta.length;
    return [{ ...token, offset, delta }];
  };
  const takeEarly = (): TokenEvent[] => {
    const out: TokenEvent[] = [];
    for (const token of [...early.values()].toSorted((a, b) => a.offset - b.offset)) {
      if (token.offset > length) break;
      early.delete(token.offset);
      out.push(...take(token));
    }
    return out;
  };

  return {
    restart(g, a) {
      if (isLater(g, a)) restart(g, a);
    },
    accept(token) {
      if (isLater(token.generation, token.attempt)) restart(token.generation, token.attempt);
      else if (token.generation !== generation || token.attempt !== attempt) return [];
      if (token.offset <= length) return [...take(token), ...takeEarly()];
      const same = early.get(token.offset);
      if (early.size < MAX_EARLY && (!same || same.delta.length < token.delta.length)) early.set(token.offset, token);
      return [];
    },
    has: (mark) =>
      !isLater(mark.generation, mark.attempt) &&
      (mark.generation !== generation || mark.attempt !== attempt || length >= mark.length),
    get gap() {
      return early.size > 0;
    },
  };
}
