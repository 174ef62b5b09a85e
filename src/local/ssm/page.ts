import { AwsError } from "../context.ts";
import type { Input } from "./input.ts";

/** Cuts a page out of a list by `MaxResults` and `NextToken`. The token names the place, so that no state is kept. */
export function page<T>(all: readonly T[], input: Input, limits: { max: number; fallback: number }) {
  const size = input.count("MaxResults", { min: 1, ...limits });
  const start = readToken(input.optionalText("NextToken"));
  const items = all.slice(start, start + size);
  const end = start + items.length;
  return { items, token: end < all.length ? { NextToken: Buffer.from(`v1:${end}`).toString("base64url") } : {} };
}

function readToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const match = /^v1:(\d{1,9})$/.exec(Buffer.from(token, "base64url").toString("utf8"));
  if (!match) throw new AwsError("InvalidNextToken", "The specified token isn't valid.");
  return Number(match[1]);
}
