import { createKey, hashPrefix, toRangeStr } from "dynalite/db/index.js";
import type { IndexEntry, KeyRange } from "./storage.ts";
import type { AttributeValue, IndexDefinition, Item, KeyCondition, TableDefinition } from "./types.ts";
import { typeOf } from "./values.ts";

/*
 * Keys are `<hash of the partition>/<partition>/<sort key>/`, each part in digits whose bytes sort as DynamoDB sorts.
 * `/` sorts before every digit and `~` after, so that a prefix and `~` bound all that begins with it.
 */

/** Sorts after every key. */
export const END = "~";

/** The place of an item in its table. */
export function itemKey(item: Item, table: TableDefinition): string {
  return createKey(item, table);
}

/** The place of an item in an index: its own key comes last, because index keys need not be unique. */
export function entryKey(item: Item, table: TableDefinition, index: IndexDefinition): string {
  return createKey(item, table, index.KeySchema) + createKey(item, table);
}

export function indexesOf(table: TableDefinition): IndexDefinition[] {
  return [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
}

/** An item is in an index when it has all of the index's key attributes. */
export function entriesOf(item: Item | undefined, table: TableDefinition): IndexEntry[] {
  if (!item) return [];
  return indexesOf(table)
    .filter((index) => index.KeySchema.every((key) => item[key.AttributeName] !== undefined))
    .map((index) => ({ index: index.IndexName, key: entryKey(item, table, index) }));
}

/** The keys that a partition and a condition on the sort key select. */
export function rangeOf(partition: AttributeValue, sort: KeyCondition | undefined): { from: string; to: string } {
  const prefix = partitionPrefix(partition);
  const [first, second] = (sort?.AttributeValueList ?? []).map((value) => prefix + digits(value));
  const all = { from: prefix, to: prefix + END };
  if (first === undefined) return all;
  switch (sort?.ComparisonOperator) {
    case "EQ":
      return { from: `${first}/`, to: `${first}/${END}` };
    case "LT":
      return { ...all, to: `${first}/` };
    case "LE":
      return { ...all, to: `${first}/${END}` };
    case "GT":
      return { ...all, from: `${first}/${END}` };
    case "GE":
      return { ...all, from: `${first}/` };
    case "BEGINS_WITH":
      return { from: first, to: first + END };
    case "BETWEEN":
      return { from: `${first}/`, to: `${second ?? first}/${END}` };
    default:
      return all;
  }
}

/** Narrows a range to what follows `key` in the order of reading. */
export function rangeAfter(range: KeyRange, key: string): KeyRange {
  // No key goes on with "!", and it sorts before all that do go on.
  return range.reverse ? { ...range, to: min(range.to, key) } : { ...range, from: max(range.from, `${key}!`) };
}

function partitionPrefix(value: AttributeValue): string {
  const type = typeOf(value);
  return `${hashPrefix(scalar(value), type)}/${digits(value)}/`;
}

function digits(value: AttributeValue): string {
  return toRangeStr(scalar(value), typeOf(value));
}

function scalar(value: AttributeValue): string {
  return value.S ?? value.N ?? value.B ?? "";
}

const min = (a: string, b: string) => (a < b ? a : b);
const max = (a: string, b: string) => (a > b ? a : b);
