import { addConsumedCapacity, checkConditional, validateItem, validateKey } from "dynalite/db/index.js";
import * as deleteItemShape from "dynalite/validations/deleteItem.js";
import * as putItemShape from "dynalite/validations/putItem.js";
import * as updateItemShape from "dynalite/validations/updateItem.js";
import { AwsError } from "../context.ts";
import { matches } from "./condition.ts";
import { entriesOf, indexesOf, itemKey } from "./keys.ts";
import { extendShape, MAX_ITEM_SIZE, parseRequest, refuse, resourceNotFound, validationError } from "./request.ts";
import type { Storage, StoredTable } from "./storage.ts";
import type { ConsumedCapacity, DeleteItemInput, Item, PutItemInput, UpdateItemInput } from "./types.ts";
import { applyUpdate, checkUpdate } from "./update.ts";
import { sizeOfItem } from "./values.ts";

type Input = Record<string, unknown>;

/** One write to one item, checked but not yet run. */
export interface Write {
  table: StoredTable;
  /** Where the item is, so that two writes to one item can be told. */
  key: string;
  /** @throws AwsError `ConditionalCheckFailedException`, `ValidationException`. */
  run(): WriteResult;
}

interface WriteResult {
  Attributes?: Item;
  ConsumedCapacity?: ConsumedCapacity;
}

const FAILED_ITEM = { ReturnValuesOnConditionCheckFailure: { type: "String", enum: ["ALL_OLD", "NONE"] } };
const PUT = extendShape(putItemShape, FAILED_ITEM);
const DELETE = extendShape(deleteItemShape, FAILED_ITEM);
const UPDATE = extendShape(updateItemShape, FAILED_ITEM);

/** @throws AwsError `ResourceNotFoundException`. */
export function findTable(storage: Storage, name: string): StoredTable {
  const table = storage.table(name);
  if (!table) throw resourceNotFound();
  return table;
}

export function preparePut(storage: Storage, input: Input): Write {
  return put(storage, parseRequest(PUT, input));
}

export function put(storage: Storage, data: PutItemInput): Write {
  const table = findTable(storage, data.TableName);
  refuse(validateItem(data.Item, table.definition));
  const key = itemKey(data.Item, table.definition);
  return {
    table,
    key,
    run: () =>
      storage.transaction(() => {
        const old = storage.get(table, key);
        checkCondition(data, old);
        save(storage, table, key, data.Item, old, "Item size has exceeded the maximum allowed size");
        return result(
          data.ReturnValues === "ALL_OLD" ? old : undefined,
          addConsumedCapacity(data, false, data.Item, old),
        );
      }),
  };
}

export function prepareDelete(storage: Storage, input: Input): Write {
  return remove(storage, parseRequest(DELETE, input));
}

export function remove(storage: Storage, data: DeleteItemInput): Write {
  const table = findTable(storage, data.TableName);
  refuse(validateKey(data.Key, table.definition));
  const key = itemKey(data.Key, table.definition);
  return {
    table,
    key,
    run: () =>
      storage.transaction(() => {
        const old = storage.get(table, key);
        checkCondition(data, old);
        if (old) storage.delete(table, key);
        return result(data.ReturnValues === "ALL_OLD" ? old : undefined, addConsumedCapacity(data, false, old));
      }),
  };
}

export function prepareUpdate(storage: Storage, input: Input): Write {
  const data: UpdateItemInput = parseRequest(UPDATE, input);
  const table = findTable(storage, data.TableName);
  refuse(checkUpdate(data, table.definition));
  const key = itemKey(data.Key, table.definition);
  return {
    table,
    key,
    run: () =>
      storage.transaction(() => {
        const old = storage.get(table, key);
        checkCondition(data, old);
        // The condition has been judged; dynalite would judge it again by its own lights.
        const { _condition, Expected: _expected, ...unconditional } = data;
        const { item, attributes } = applyUpdate(unconditional, table.definition, old);
        save(storage, table, key, item, old, "Item size to update has exceeded the maximum allowed size");
        return result(attributes, addConsumedCapacity(data, false, item, old));
      }),
  };
}

/** The ConditionCheck of a transaction: a write that writes nothing. */
export function prepareCheck(storage: Storage, input: Input): Write {
  const data: DeleteItemInput = parseRequest(DELETE, input);
  if (!data._condition)
    throw validationError("The expression can not be empty; ConditionExpression is required in a ConditionCheck.");
  const table = findTable(storage, data.TableName);
  refuse(validateKey(data.Key, table.definition));
  const key = itemKey(data.Key, table.definition);
  return {
    table,
    key,
    run() {
      const found = storage.get(table, key);
      checkCondition(data, found);
      return result(undefined, addConsumedCapacity(data, false, found));
    },
  };
}

function checkCondition(data: Omit<DeleteItemInput, "Key" | "TableName">, old: Item | undefined): void {
  const holds = data._condition ? matches(data._condition.expression, old ?? {}) : !checkConditional(data, old);
  if (holds) return;
  const shown = data.ReturnValuesOnConditionCheckFailure === "ALL_OLD" && old ? { Item: old } : {};
  throw new AwsError("ConditionalCheckFailedException", "The conditional request failed", { members: shown });
}

function save(
  storage: Storage,
  table: StoredTable,
  key: string,
  item: Item,
  old: Item | undefined,
  tooLarge: string,
): void {
  if (sizeOfItem(item) > MAX_ITEM_SIZE) throw validationError(tooLarge);
  refuseEmptyIndexKeys(table, item);
  storage.put(table, key, item);
  const before = entriesOf(old, table.definition);
  const after = entriesOf(item, table.definition);
  for (const entry of before) {
    if (!after.some((other) => other.index === entry.index && other.key === entry.key))
      storage.removeEntry(table, entry);
  }
  for (const entry of after) {
    if (!before.some((other) => other.index === entry.index && other.key === entry.key))
      storage.addEntry(table, entry, key);
  }
}

/** Other attributes may be empty; what an index is keyed by may not. */
function refuseEmptyIndexKeys(table: StoredTable, item: Item): void {
  for (const index of indexesOf(table.definition)) {
    for (const { AttributeName: name } of index.KeySchema) {
      const value = item[name];
      if (value?.S !== "" && value?.B !== "") continue;
      throw validationError(
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. " +
          `The AttributeValue for a key attribute cannot contain an empty ${value.S === "" ? "string" : "binary"} value. ` +
          `IndexName: ${index.IndexName}, IndexKey: ${name}`,
      );
    }
  }
}

function result(attributes: Item | undefined, capacity: ConsumedCapacity | undefined): WriteResult {
  return { ...(attributes ? { Attributes: attributes } : {}), ...(capacity ? { ConsumedCapacity: capacity } : {}) };
}
