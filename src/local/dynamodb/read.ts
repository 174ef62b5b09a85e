import { addConsumedCapacity, mapPaths, matchesFilter, validateKey, validateKeyPaths } from "dynalite/db/index.js";
import * as getItemShape from "dynalite/validations/getItem.js";
import { matches } from "./condition.ts";
import { itemKey } from "./keys.ts";
import { parseRequest, refuse, validationError } from "./request.ts";
import type { KeyRange, Storage, StoredTable } from "./storage.ts";
import type { GetItemInput, IndexDefinition, Item, ReadInput, TableDefinition } from "./types.ts";
import { sizeOfItem } from "./values.ts";
import { findTable } from "./write.ts";

/** A page of Query or Scan ends after this many bytes. */
const PAGE_BYTES = 1024 * 1024;

export function getItem(storage: Storage, input: Record<string, unknown>) {
  return get(storage, parseRequest(getItemShape, input));
}

export function get(storage: Storage, data: GetItemInput) {
  const table = findTable(storage, data.TableName);
  refuse(validateKey(data.Key, table.definition));
  refuse(validateKeyPaths(data._projection?.nestedPaths, table.definition));
  const item = storage.get(table, itemKey(data.Key, table.definition));
  const paths = data._projection?.paths ?? data.AttributesToGet;
  return {
    ...(item ? { Item: paths ? mapPaths(paths, item) : item } : {}),
    ConsumedCapacity: addConsumedCapacity(data, true, item),
  };
}

/** The index a read names. */
export interface NamedIndex {
  definition: IndexDefinition;
  local: boolean;
}

/** @throws AwsError `ValidationException` when there is no such index, or it cannot be read so. */
export function findIndex(data: ReadInput, table: TableDefinition): NamedIndex | undefined {
  if (data.IndexName === undefined) return undefined;
  const byName = (index: IndexDefinition) => index.IndexName === data.IndexName;
  const localIndex = table.LocalSecondaryIndexes?.find(byName);
  const definition = localIndex ?? table.GlobalSecondaryIndexes?.find(byName);
  if (!definition) throw validationError(`The table does not have the specified index: ${data.IndexName}`);
  if (!localIndex && data.ConsistentRead)
    throw validationError("Consistent reads are not supported on global secondary indexes");
  if (!localIndex && data.Select === "ALL_ATTRIBUTES" && definition.Projection.ProjectionType !== "ALL") {
    throw validationError(
      "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index " +
        `${data.IndexName} because its projection type is not ALL`,
    );
  }
  return { definition, local: localIndex !== undefined };
}

/** Names of the attributes that make up an ExclusiveStartKey: the table's keys, then the index's. */
export function startKeyNames(table: TableDefinition, index: NamedIndex | undefined): string[] {
  const keys = [...table.KeySchema, ...(index?.definition.KeySchema ?? [])].map((key) => key.AttributeName);
  return [...new Set(keys)];
}

/** Reads one page of a key range: limits, filters, projects and counts as Query and Scan both do. */
export function readPage(
  storage: Storage,
  table: StoredTable,
  data: ReadInput,
  options: { range: KeyRange; index: NamedIndex | undefined; legacyFilter: Record<string, unknown> | undefined },
) {
  refuse(validateKeyPaths(data._projection?.nestedPaths, table.definition));
  refuse(validateKeyPaths(data._filter?.nestedPaths, table.definition));
  const items: Item[] = [];
  let [scanned, bytes] = [0, 0];
  let last: Item | undefined;
  for (const stored of storage.range(table, options.index?.definition.IndexName, options.range)) {
    const item = projectIndex(stored, table.definition, data, options.index);
    scanned++;
    bytes += sizeOfItem(item);
    if (passes(item, data, options.legacyFilter)) items.push(item);
    if (scanned === data.Limit || bytes >= PAGE_BYTES) {
      last = stored;
      break;
    }
  }
  const paths = data._projection?.paths ?? data.AttributesToGet;
  return {
    ...(data.Select === "COUNT" ? {} : { Items: paths ? items.map((item) => mapPaths(paths, item)) : items }),
    Count: items.length,
    ScannedCount: scanned,
    ...(last ? { LastEvaluatedKey: pick(last, startKeyNames(table.definition, options.index)) } : {}),
    ConsumedCapacity: capacity(data, bytes),
  };
}

function passes(item: Item, data: ReadInput, legacyFilter: Record<string, unknown> | undefined): boolean {
  if (data._filter) return matches(data._filter.expression, item);
  return !legacyFilter || matchesFilter(item, legacyFilter, data.ConditionalOperator);
}

/** A global index gives what it projects; a local one fetches from the table what is asked beyond. */
function projectIndex(item: Item, table: TableDefinition, data: ReadInput, index: NamedIndex | undefined): Item {
  if (!index || index.definition.Projection.ProjectionType === "ALL") return item;
  if (index.local && (data.Select === "ALL_ATTRIBUTES" || data._projection || data.AttributesToGet)) return item;
  return pick(item, [...startKeyNames(table, index), ...(index.definition.Projection.NonKeyAttributes ?? [])]);
}

function pick(item: Item, names: string[]): Item {
  const picked: Item = {};
  for (const name of names) {
    const value = item[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

function capacity(data: ReadInput, bytes: number) {
  if (data.ReturnConsumedCapacity !== "TOTAL" && data.ReturnConsumedCapacity !== "INDEXES") return undefined;
  const units = Math.max(1, Math.ceil(bytes / 4096)) * (data.ConsistentRead ? 1 : 0.5);
  return { CapacityUnits: units, TableName: data.TableName };
}
