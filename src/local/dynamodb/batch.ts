import * as batchGetShape from "dynalite/validations/batchGetItem.js";
import * as batchWriteShape from "dynalite/validations/batchWriteItem.js";
import { get } from "./read.ts";
import { parseRequest, validationError } from "./request.ts";
import type { Storage } from "./storage.ts";
import type { BatchGetItemInput, BatchWriteItemInput, ConsumedCapacity, Item } from "./types.ts";
import { sizeOfItem } from "./values.ts";
import { findTable, put, remove, type Write } from "./write.ts";

type Input = Record<string, unknown>;

/** A response holds no more than this many bytes; the rest comes back as unprocessed keys. */
const RESPONSE_BYTES = 16 * 1024 * 1024;
const MAX_WRITES = 25;

export function batchGetItem(storage: Storage, input: Input) {
  const data = parseRequest(batchGetShape, input);
  const responses: Record<string, Item[]> = {};
  const unprocessed: BatchGetItemInput["RequestItems"] = {};
  const capacities: ConsumedCapacity[] = [];
  let bytes = 0;
  for (const [tableName, { Keys, ...options }] of Object.entries(data.RequestItems)) {
    findTable(storage, tableName);
    const found: Item[] = (responses[tableName] = []);
    const left: Item[] = [];
    let units = 0;
    for (const key of Keys) {
      if (bytes > RESPONSE_BYTES) {
        left.push(key);
        continue;
      }
      const response = get(storage, {
        ...options,
        TableName: tableName,
        Key: key,
        ReturnConsumedCapacity: data.ReturnConsumedCapacity ?? "NONE",
      });
      units += response.ConsumedCapacity?.CapacityUnits ?? 0;
      if (!response.Item) continue;
      bytes += sizeOfItem(response.Item);
      if (bytes > RESPONSE_BYTES) left.push(key);
      else found.push(response.Item);
    }
    if (left.length > 0) unprocessed[tableName] = { ...requested(input, tableName), Keys: left };
    capacities.push({ TableName: tableName, CapacityUnits: units });
  }
  return { Responses: responses, UnprocessedKeys: unprocessed, ...consumed(data.ReturnConsumedCapacity, capacities) };
}

/** The request for a table as the caller wrote it: what is left of it can be sent again. */
function requested(input: Input, tableName: string): object {
  const tables: unknown = input["RequestItems"];
  const request: unknown = typeof tables === "object" && tables !== null ? Reflect.get(tables, tableName) : undefined;
  return typeof request === "object" && request !== null ? request : {};
}

/** Up to 25 puts and deletes. Each stands alone in DynamoDB; here they are written together, which is faster. */
export function batchWriteItem(storage: Storage, input: Input) {
  const data: BatchWriteItemInput = parseRequest(batchWriteShape, input);
  const capacity = data.ReturnConsumedCapacity ?? "NONE";
  const writes: Write[] = [];
  const seen = new Set<string>();
  for (const [tableName, requests] of Object.entries(data.RequestItems)) {
    for (const { PutRequest, DeleteRequest } of requests) {
      const write = PutRequest
        ? put(storage, { TableName: tableName, Item: PutRequest.Item, ReturnConsumedCapacity: capacity })
        : remove(storage, { TableName: tableName, Key: DeleteRequest?.Key ?? {}, ReturnConsumedCapacity: capacity });
      const place = `${write.table.id}/${write.key}`;
      if (seen.has(place)) throw validationError("Provided list of item keys contains duplicates");
      seen.add(place);
      writes.push(write);
    }
  }
  if (writes.length > MAX_WRITES) throw validationError("Too many items requested for the BatchWriteItem call");
  const results = storage.transaction(() => writes.map((write) => write.run().ConsumedCapacity));
  const byTable = new Map<string, number>();
  for (const used of results)
    if (used) byTable.set(used.TableName, (byTable.get(used.TableName) ?? 0) + used.CapacityUnits);
  const capacities = [...byTable].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits }));
  return { UnprocessedItems: {}, ...consumed(capacity, capacities) };
}

function consumed(
  wanted: string | undefined,
  capacities: ConsumedCapacity[],
): { ConsumedCapacity?: ConsumedCapacity[] } {
  return wanted === "TOTAL" || wanted === "INDEXES" ? { ConsumedCapacity: capacities } : {};
}
