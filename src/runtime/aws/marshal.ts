import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** A DynamoDB item as plain values: what JSON can say, nothing more. */
export type Item = Record<string, unknown>;

/** DynamoDB nests 32 levels at most; a record adds a few of its own. */
export const MAX_DEPTH = 28;
/** Magnitudes DynamoDB's numbers can hold. */
const LARGEST = 9.9e125;
const SMALLEST = 1e-130;

/** @returns the item in DynamoDB's notation. Members that are undefined are left out. */
export function marshalItem(item: Item): Record<string, AttributeValue> {
  const out: Record<string, AttributeValue> = {};
  for (const [key, value] of Object.entries(item)) if (value !== undefined) out[key] = marshal(value);
  return out;
}

/** @throws TypeError for a value JSON does not have. */
export function marshal(value: unknown): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === "string") return { S: value };
  if (typeof value === "boolean") return { BOOL: value };
  if (typeof value === "number" && Number.isFinite(value)) return { N: String(value) };
  if (Array.isArray(value)) return { L: value.map((entry: unknown) => marshal(entry === undefined ? null : entry)) };
  if (typeof value === "object") return { M: marshalItem({ ...value }) };
  throw new TypeError(`A value of type ${typeof value} cannot be stored.`);
}

/** @returns plain values; sets and binaries, which we never write, are undefined. */
export function unmarshalItem(item: Record<string, AttributeValue>): Item {
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, unmarshal(value)]));
}

function unmarshal(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(unmarshal);
  if (value.M !== undefined) return unmarshalItem(value.M);
  return undefined;
}

/** @returns whether DynamoDB can hold this JSON value: not nested too deep, and no number beyond its range. */
export function isStorable(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value === "number") {
    const size = Math.abs(value);
    return value === 0 || (size <= LARGEST && size >= SMALLEST);
  }
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((entry) => isStorable(entry, depth - 1));
}

/** @returns about how many bytes a value takes in an item, erring upwards. */
export function storedSize(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value) + 1;
  if (typeof value === "number") return 2 + Math.ceil(String(value).length / 2) + 1;
  if (typeof value !== "object" || value === null) return 2;
  const own = Array.isArray(value) ? 0 : Object.keys(value).reduce((sum, key) => sum + Buffer.byteLength(key), 0);
  return Object.values(value).reduce<number>((sum, entry) => sum + storedSize(entry) + 1, own + 3);
}
