import { invalidNextToken } from "./errors.ts";

/** A place to go on from, as an opaque token. */
export function encodeToken(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** @throws AwsError `InvalidNextToken` when it is none of ours. */
export function decodeToken(token: string): (string | number)[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number"))
      return value;
  } catch {
    // Told below.
  }
  throw invalidNextToken();
}

/** @returns the number in a token that holds nothing else; 0 without one. */
export function decodeOffset(token: string | undefined): number {
  if (token === undefined) return 0;
  const [offset, ...more] = decodeToken(token);
  if (typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0 || more.length > 0)
    throw invalidNextToken();
  return offset;
}

/** Cuts a page out of a list. */
export function pageOf<T>(
  all: readonly T[],
  token: string | undefined,
  size: number,
): { items: T[]; NextToken?: string } {
  const start = decodeOffset(token);
  const items = all.slice(start, start + size);
  const end = start + items.length;
  return { items, ...(end < all.length ? { NextToken: encodeToken([end]) } : {}) };
}
