import type { AttributeValue, Item } from "./types.ts";

/** @returns the values of an item as JSON has them; binary ones stay base64. */
export function plainItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

function plain(value: AttributeValue): unknown {
  if (value.N !== undefined) return Number(value.N);
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(plain);
  if (value.M !== undefined) return plainItem(value.M);
  return value.S ?? value.BOOL ?? value.B ?? value.SS ?? value.NS?.map(Number) ?? value.BS;
}
