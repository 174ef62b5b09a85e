import { compare, validateKey, validateKeyPiece } from "dynalite/db/index.js";
import * as queryShape from "dynalite/validations/query.js";
import { entryKey, itemKey, rangeAfter, rangeOf } from "./keys.ts";
import { findIndex, type NamedIndex, readPage, startKeyNames } from "./read.ts";
import { parseRequest, refuse, validationError } from "./request.ts";
import type { KeyRange, Storage } from "./storage.ts";
import type { AttributeValue, Item, KeyElement, QueryInput, TableDefinition } from "./types.ts";
import { sameValue, typeOf } from "./values.ts";
import { findTable } from "./write.ts";

const NOT_INDEXABLE = ["NULL", "NOT_NULL", "NE", "CONTAINS", "NOT_CONTAINS", "IN"];

export function query(storage: Storage, input: Record<string, unknown>) {
  const data = parseRequest(queryShape, input);
  const table = findTable(storage, data.TableName);
  const index = findIndex(data, table.definition);
  const keySchema = index?.definition.KeySchema ?? table.definition.KeySchema;
  const [partition, sortName] = checkKeyConditions(data, table.definition, keySchema);
  refuseFilterOnKeys(data, keySchema);
  const sort = sortName === undefined ? undefined : data.KeyConditions[sortName];
  let range: KeyRange = { ...rangeOf(partition, sort), reverse: data.ScanIndexForward === false };
  if (data.ExclusiveStartKey) {
    checkQueryStart(data, data.ExclusiveStartKey, table.definition, index, keySchema);
    range = rangeAfter(range, positionOf(data.ExclusiveStartKey, table.definition, index));
  }
  return readPage(storage, table, data, { range, index, legacyFilter: data.QueryFilter });
}

/** @returns the partition's value and the name of the sort key, if there is one. */
function checkKeyConditions(
  data: QueryInput,
  table: TableDefinition,
  keySchema: KeyElement[],
): [AttributeValue, string | undefined] {
  const conditions = data.KeyConditions;
  const [hash, range] = keySchema;
  if (!range && Object.keys(conditions).length > 1) throw validationError("Query key condition not supported");
  let partition: AttributeValue | undefined;
  for (const { AttributeName: name } of keySchema) {
    const condition = conditions[name];
    if (!condition) {
      if (name === hash?.AttributeName || Object.keys(conditions).length > 1) {
        throw validationError(`Query condition missed key schema element: ${name}`);
      }
      continue;
    }
    if (NOT_INDEXABLE.includes(condition.ComparisonOperator)) {
      throw validationError("Attempted conditional constraint is not an indexable operation");
    }
    const type = table.AttributeDefinitions.find((attribute) => attribute.AttributeName === name)?.AttributeType;
    if (condition.AttributeValueList.some((value) => typeOf(value) !== type)) {
      throw validationError(
        "One or more parameter values were invalid: Condition parameter type does not match schema type",
      );
    }
    if (
      condition.AttributeValueList.some((value) => value.S === "" || value.B === "") &&
      condition.ComparisonOperator !== "BEGINS_WITH"
    ) {
      throw validationError(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty " +
          `${type === "S" ? "string" : "binary"} value. Key: ${name}`,
      );
    }
    if (name !== hash?.AttributeName) continue;
    if (condition.ComparisonOperator !== "EQ") throw validationError("Query key condition not supported");
    partition = condition.AttributeValueList[0];
  }
  if (!partition) throw validationError(`Query condition missed key schema element: ${hash?.AttributeName}`);
  return [partition, range?.AttributeName];
}

function refuseFilterOnKeys(data: QueryInput, keySchema: KeyElement[]): void {
  const [heads, name] = data.QueryFilter
    ? [data.QueryFilter, "QueryFilter"]
    : [data._filter?.pathHeads ?? {}, "Filter Expression"];
  const key = keySchema.find((element) => Object.hasOwn(heads, element.AttributeName));
  if (key)
    throw validationError(
      `${name} can only contain non-primary key attributes: Primary key attribute: ${key.AttributeName}`,
    );
}

function checkQueryStart(
  data: QueryInput,
  start: Item,
  table: TableDefinition,
  index: NamedIndex | undefined,
  keySchema: KeyElement[],
): void {
  checkStartKey(start, table, index, "The provided starting key is invalid");
  for (const { AttributeName: name } of keySchema) {
    const condition = data.KeyConditions[name];
    const value = start[name];
    if (!condition || !value) continue;
    const first = condition.AttributeValueList[0];
    const inside =
      condition.ComparisonOperator === "EQ"
        ? first !== undefined && sameValue(first, value)
        : compare(condition.ComparisonOperator, value, condition.AttributeValueList);
    if (inside) continue;
    throw validationError(
      name === keySchema[0]?.AttributeName
        ? "The provided starting key is outside query boundaries based on provided conditions"
        : "The provided starting key does not match the range key predicate",
    );
  }
}

/** @throws AwsError `ValidationException` when an ExclusiveStartKey is not a whole key of the table (and index). */
export function checkStartKey(
  start: Item,
  table: TableDefinition,
  index: NamedIndex | undefined,
  message: string,
): void {
  const names = startKeyNames(table, index);
  if (Object.keys(start).length !== names.length || names.some((name) => !start[name])) throw validationError(message);
  const tableKey: Item = {};
  for (const { AttributeName: name } of table.KeySchema) tableKey[name] = start[name] ?? {};
  const refusal = validateKey(tableKey, table);
  if (refusal) throw validationError(`The provided starting key is invalid: ${refusal.message}`);
  for (const [position, { AttributeName: name }] of (index?.definition.KeySchema ?? []).entries()) {
    const type = table.AttributeDefinitions.find((attribute) => attribute.AttributeName === name)?.AttributeType ?? "S";
    refuse(validateKeyPiece(start, name, type, position === 0));
  }
}

/** Where a start key stands in what is read. */
export function positionOf(start: Item, table: TableDefinition, index: NamedIndex | undefined): string {
  return index ? entryKey(start, table, index.definition) : itemKey(start, table);
}
