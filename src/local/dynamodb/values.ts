import { toLexiStr } from "dynalite/db/index.js";
import type { AttributeValue, Item } from "./types.ts";

/** @returns the one type that is set. */
export function typeOf(value: AttributeValue): string {
  return Object.keys(value)[0] ?? "";
}

/** Deep equality: sets regardless of order, maps and lists by content. Numbers were normalised when they came in. */
export function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if (a.M && b.M) return sameItem(a.M, b.M);
  if (a.L && b.L) {
    const other = b.L;
    return a.L.length === other.length && a.L.every((value, position) => isSame(value, other[position]));
  }
  for (const set of ["SS", "NS", "BS"] as const) {
    const [left, right] = [a[set], b[set]];
    if (left && right) return left.length === right.length && left.every((member) => right.includes(member));
  }
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  return a.S === b.S && a.N === b.N && a.B === b.B && a.BOOL === b.BOOL && a.NULL === b.NULL;
}

function sameItem(a: Item, b: Item): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => isSame(a[name], b[name]));
}

function isSame(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a !== undefined && b !== undefined && sameValue(a, b);
}

/** Order of two scalars of one type: negative, 0, positive; undefined when they cannot be ordered. Strings order by their UTF-8 bytes. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.S !== undefined && b.S !== undefined) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if (a.B !== undefined && b.B !== undefined)
    return Buffer.compare(Buffer.from(a.B, "base64"), Buffer.from(b.B, "base64"));
  if (a.N !== undefined && b.N !== undefined) {
    const [left, right] = [toLexiStr(a.N, "N"), toLexiStr(b.N, "N")];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return undefined;
}

/** Bytes an item takes by DynamoDB's rules, which its limits and capacity units count. */
export function sizeOfItem(item: Item): number {
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + sizeOfValue(value);
  return size;
}

function sizeOfValue(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return sizeOfNumber(value.N);
  if (value.B !== undefined) return Buffer.byteLength(value.B, "base64");
  if (value.SS) return value.SS.reduce((sum, member) => sum + Buffer.byteLength(member), 0);
  if (value.NS) return value.NS.reduce((sum, member) => sum + sizeOfNumber(member), 0);
  if (value.BS) return value.BS.reduce((sum, member) => sum + Buffer.byteLength(member, "base64"), 0);
  if (value.L) return 3 + value.L.reduce((sum, member) => sum + 1 + sizeOfValue(member), 0);
  if (value.M) return 3 + Object.keys(value.M).length + sizeOfItem(value.M);
  return 1;
}

/** One byte for every two significant digits, one for the exponent, one for a minus. */
function sizeOfNumber(number: string): number {
  const digits = number.replace(/[^\d]/g, "").replace(/^0+|0+$/g, "");
  return Math.ceil(digits.length / 2) + 1 + (number.startsWith("-") ? 1 : 0);
}
