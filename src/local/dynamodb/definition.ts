import { randomUUID } from "node:crypto";
import type { CreateTableInput, IndexDefinition, TableDefinition } from "./types.ts";

/** Where tables live and since when, for their ARNs. */
export interface TableHome {
  region: string;
  accountId: string;
  nowMs: number;
}

export function tableArn(home: Pick<TableHome, "region" | "accountId">, name: string): string {
  return `arn:aws:dynamodb:${home.region}:${home.accountId}:table/${name}`;
}

/** The definition of a new table. A table is ACTIVE at once, which AWS allows though it takes some seconds. */
export function defineTable(input: CreateTableInput, home: TableHome): TableDefinition {
  const arn = tableArn(home, input.TableName);
  const created = home.nowMs / 1000;
  const throughput = {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: 0,
    WriteCapacityUnits: 0,
    ...input.ProvisionedThroughput,
  };
  const define = (index: IndexDefinition) => ({ ...index, IndexArn: `${arn}/index/${index.IndexName}` });
  return {
    TableName: input.TableName,
    AttributeDefinitions: input.AttributeDefinitions,
    KeySchema: input.KeySchema,
    ...(input.LocalSecondaryIndexes ? { LocalSecondaryIndexes: input.LocalSecondaryIndexes.map(define) } : {}),
    ...(input.GlobalSecondaryIndexes
      ? {
          GlobalSecondaryIndexes: input.GlobalSecondaryIndexes.map((index) => ({
            ProvisionedThroughput: throughput,
            ...define(index),
            IndexStatus: "ACTIVE",
          })),
        }
      : {}),
    ProvisionedThroughput: throughput,
    ...(input.BillingMode === "PAY_PER_REQUEST"
      ? { BillingModeSummary: { BillingMode: "PAY_PER_REQUEST", LastUpdateToPayPerRequestDateTime: created } }
      : {}),
    TableArn: arn,
    TableId: randomUUID(),
    CreationDateTime: created,
    TableStatus: "ACTIVE",
  };
}

/** A table as a stage declares it; every key is a string. */
export interface TableSpec {
  name: string;
  partitionKey: string;
  sortKey?: string;
  ttlAttribute?: string;
  indexes?: { name: string; partitionKey: string; sortKey?: string }[];
}

/** The CreateTable request of a declared table; indexes project all. */
export function requestOf(spec: TableSpec): CreateTableInput {
  const schema = (partitionKey: string, sortKey?: string): CreateTableInput["KeySchema"] => [
    { AttributeName: partitionKey, KeyType: "HASH" },
    ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: "RANGE" as const }]),
  ];
  const indexes = spec.indexes ?? [];
  const names = [spec, ...indexes].flatMap((keys) => [
    keys.partitionKey,
    ...(keys.sortKey === undefined ? [] : [keys.sortKey]),
  ]);
  return {
    TableName: spec.name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [...new Set(names)].map((name) => ({ AttributeName: name, AttributeType: "S" })),
    KeySchema: schema(spec.partitionKey, spec.sortKey),
    ...(indexes.length > 0
      ? {
          GlobalSecondaryIndexes: indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: schema(index.partitionKey, index.sortKey),
            Projection: { ProjectionType: "ALL" },
          })),
        }
      : {}),
  };
}

/** Whether a table is keyed and indexed as a request asks. */
export function isSameTable(table: TableDefinition, request: CreateTableInput): boolean {
  const shape = (value: Pick<CreateTableInput, "KeySchema" | "GlobalSecondaryIndexes">) =>
    JSON.stringify([
      value.KeySchema,
      (value.GlobalSecondaryIndexes ?? [])
        .map((index) => `${index.IndexName} ${JSON.stringify(index.KeySchema)}`)
        .sort(),
    ]);
  return shape(table) === shape(request);
}
