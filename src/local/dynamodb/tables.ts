import * as createTableShape from "dynalite/validations/createTable.js";
import * as z from "zod";
import { AwsError } from "../context.ts";
import { defineTable, type TableHome } from "./definition.ts";
import { parse } from "./parse.ts";
import { parseRequest, resourceNotFound, validationError } from "./request.ts";
import type { Storage, StoredTable } from "./storage.ts";
import { describeOptions, readOptions } from "./table-options.ts";

type Input = Record<string, unknown>;

const PAGE = 100;
const named = z.object({ TableName: z.string() });
const listing = z.object({
  ExclusiveStartTableName: z.string().optional(),
  Limit: z.int().min(1).max(PAGE).default(PAGE),
});
const tagList = z.array(z.object({ Key: z.string(), Value: z.string() }));
const tagged = z.object({ ResourceArn: z.string() });

/** As `findTable`, with the message of the calls that manage tables. */
export function managedTable(storage: Storage, input: Input): StoredTable {
  const { TableName } = parse(named, input);
  const table = storage.table(TableName);
  if (!table) throw resourceNotFound(`Requested resource not found: Table: ${TableName} not found`);
  return table;
}

export function createTable(storage: Storage, input: Input, home: TableHome) {
  const tags = tagList.safeParse(input["Tags"] ?? []);
  const options = readOptions(input);
  const data = parseRequest(createTableShape, input);
  if (storage.table(data.TableName))
    throw new AwsError("ResourceInUseException", `Table already exists: ${data.TableName}`);
  const settings = tags.data?.length ? { ...options, tags: toRecord(tags.data) } : options;
  const table = storage.createTable(defineTable(data, home), settings);
  return { TableDescription: describe(storage, table) };
}

export function describeTable(storage: Storage, input: Input) {
  return { Table: describe(storage, managedTable(storage, input)) };
}

export function deleteTable(storage: Storage, input: Input) {
  const table = managedTable(storage, input);
  if (table.settings.deletionProtection) {
    throw validationError(
      "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    );
  }
  const description = { ...describe(storage, table), TableStatus: "DELETING" };
  storage.deleteTable(table);
  return { TableDescription: description };
}

export function listTables(storage: Storage, input: Input) {
  const { ExclusiveStartTableName: start, Limit } = parse(listing, input);
  const names = storage.tableNames().filter((name) => start === undefined || name > start);
  const page = names.slice(0, Limit);
  return { TableNames: page, ...(names.length > Limit ? { LastEvaluatedTableName: page.at(-1) } : {}) };
}

/** @returns AWS's `TableDescription`. */
export function describe(storage: Storage, table: StoredTable) {
  const { count, bytes } = storage.measure(table);
  const [, , , region = "", accountId = ""] = table.definition.TableArn.split(":");
  const options = describeOptions(table.settings, { region, accountId });
  return { ...table.definition, ...options, ItemCount: count, TableSizeBytes: bytes };
}

export function tagResource(storage: Storage, input: Input): void {
  const table = tableByArn(storage, input);
  const { Tags } = parse(z.object({ Tags: tagList }), input);
  storage.saveSettings(table, { ...table.settings, tags: { ...table.settings.tags, ...toRecord(Tags) } });
}

export function untagResource(storage: Storage, input: Input): void {
  const table = tableByArn(storage, input);
  const { TagKeys } = parse(z.object({ TagKeys: z.array(z.string()) }), input);
  const kept = Object.entries(table.settings.tags ?? {}).filter(([key]) => !TagKeys.includes(key));
  storage.saveSettings(table, { ...table.settings, tags: Object.fromEntries(kept) });
}

export function listTagsOfResource(storage: Storage, input: Input) {
  const tags = tableByArn(storage, input).settings.tags ?? {};
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

function tableByArn(storage: Storage, input: Input): StoredTable {
  const { ResourceArn } = parse(tagged, input);
  const name = /^arn:aws:dynamodb:[^:]+:\d+:table\/([^/]+)$/.exec(ResourceArn)?.[1];
  if (name === undefined)
    throw validationError(`Invalid TableArn: Invalid ResourceArn provided as input ${ResourceArn}`);
  const table = storage.table(name);
  if (!table) throw resourceNotFound(`Requested resource not found: ResourcArn: ${ResourceArn} not found`);
  return table;
}

function toRecord(tags: { Key: string; Value: string }[]): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value]));
}
