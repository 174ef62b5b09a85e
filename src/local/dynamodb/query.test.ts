import {
  BatchWriteItemCommand,
  CreateTableCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { paginateQuery, paginateScan, PutCommand, QueryCommand as DocumentQuery } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start, type Started } from "./test/harness.ts";

let local: Started;
beforeAll(async () => {
  local = await start();
  local.service.ensureTable({
    name: "events",
    partitionKey: "pk",
    sortKey: "sk",
    indexes: [{ name: "by-time", partitionKey: "gpk", sortKey: "gsk" }],
  });
  for (const pk of ["a", "ab", "b"]) {
    for (let n = 1; n <= 9; n++) {
      await local.documents.send(
        new PutCommand({
          TableName: "events",
          Item: { pk, sk: `event#${n}`, n, ...(pk === "a" ? { gpk: "day", gsk: `t${n % 3}` } : {}) },
        }),
      );
    }
  }
  await local.documents.send(new PutCommand({ TableName: "events", Item: { pk: "a", sk: "record" } }));
});
afterAll(() => local.close());

describe("Query", () => {
  it.each<[string, string, Record<string, string>, string[]]>([
    ["equals", "sk = :a", { ":a": "event#3" }, ["event#3"]],
    ["begins_with", "begins_with(sk, :a)", { ":a": "rec" }, ["record"]],
    ["begins_with a whole key", "begins_with(sk, :a)", { ":a": "event#9" }, ["event#9"]],
    ["between", "sk BETWEEN :a AND :b", { ":a": "event#2", ":b": "event#4" }, ["event#2", "event#3", "event#4"]],
    ["less", "sk < :a", { ":a": "event#3" }, ["event#1", "event#2"]],
    ["at most", "sk <= :a", { ":a": "event#2" }, ["event#1", "event#2"]],
    ["more", "sk > :a", { ":a": "event#8" }, ["event#9", "record"]],
    ["at least", "sk >= :a", { ":a": "event#9" }, ["event#9", "record"]],
    [
      "a prefix of keys that are longer",
      "sk > :a",
      { ":a": "event#" },
      [...Array.from({ length: 9 }, (_, n) => `event#${n + 1}`), "record"],
    ],
  ])("selects by %s, forward and back", async (_name, condition, values, expected) => {
    for (const forward of [true, false]) {
      const { Items } = await local.documents.send(
        new DocumentQuery({
          TableName: "events",
          KeyConditionExpression: `pk = :p AND ${condition}`,
          ExpressionAttributeValues: { ":p": "a", ...values },
          ScanIndexForward: forward,
        }),
      );
      expect(Items?.map((item) => item["sk"])).toEqual(forward ? expected : expected.toReversed());
    }
  });

  it.each([
    [true, 1],
    [true, 4],
    [false, 1],
    [false, 4],
    [false, 10],
  ])("pages through all of a partition, forward %s, %i at a time", async (forward, limit) => {
    const seen: unknown[] = [];
    const pages = paginateQuery(
      { client: local.documents, pageSize: limit },
      {
        TableName: "events",
        KeyConditionExpression: "pk = :p",
        ExpressionAttributeValues: { ":p": "a" },
        ScanIndexForward: forward,
      },
    );
    for await (const page of pages) {
      expect(page.Items?.length).toBeLessThanOrEqual(limit);
      seen.push(...(page.Items ?? []).map((item): unknown => item["sk"]));
    }
    const expected = [...Array.from({ length: 9 }, (_, n) => `event#${n + 1}`), "record"];
    expect(seen).toEqual(forward ? expected : expected.toReversed());
  });

  it("pages through an index whose keys repeat, newest first, each item once and whole", async () => {
    const seen: Record<string, unknown>[] = [];
    const pages = paginateQuery(
      { client: local.documents, pageSize: 2 },
      {
        TableName: "events",
        IndexName: "by-time",
        KeyConditionExpression: "gpk = :g",
        ExpressionAttributeValues: { ":g": "day" },
        ScanIndexForward: false,
      },
    );
    for await (const page of pages) seen.push(...(page.Items ?? []));
    expect(seen.map((item) => item["gsk"])).toEqual(["t2", "t2", "t2", "t1", "t1", "t1", "t0", "t0", "t0"]);
    expect(new Set(seen.map((item) => item["sk"])).size).toBe(9);
    expect(seen.every((item) => item["n"] !== undefined)).toBe(true);
  });

  it("filters after the limit, and tells both counts", async () => {
    const result = await local.documents.send(
      new DocumentQuery({
        TableName: "events",
        KeyConditionExpression: "pk = :p",
        FilterExpression: "n > :n",
        ProjectionExpression: "sk",
        ExpressionAttributeValues: { ":p": "b", ":n": 3 },
        Limit: 5,
      }),
    );
    expect(result).toMatchObject({ Count: 2, ScannedCount: 5, Items: [{ sk: "event#4" }, { sk: "event#5" }] });
    expect(result.LastEvaluatedKey).toEqual({ pk: "b", sk: "event#5" });
  });

  it("follows an item that leaves its index or moves in it", async () => {
    const query = async () => {
      const { Items } = await local.documents.send(
        new DocumentQuery({
          TableName: "events",
          IndexName: "by-time",
          KeyConditionExpression: "gpk = :g",
          ExpressionAttributeValues: { ":g": "moving" },
        }),
      );
      return Items?.map((item) => item["gsk"]);
    };
    const item = { pk: "mover", sk: "x" };
    await local.documents.send(new PutCommand({ TableName: "events", Item: { ...item, gpk: "moving", gsk: "1" } }));
    expect(await query()).toEqual(["1"]);
    await local.documents.send(new PutCommand({ TableName: "events", Item: { ...item, gpk: "moving", gsk: "2" } }));
    expect(await query()).toEqual(["2"]);
    await local.documents.send(new PutCommand({ TableName: "events", Item: item }));
    expect(await query()).toEqual([]);
  });

  const condition = { KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": { S: "a" } } };
  it.each<[string, Omit<QueryCommandInput, "TableName">, RegExp]>([
    ["an unknown index", { ...condition, IndexName: "nowhere" }, /does not have the specified index: nowhere/],
    [
      "a consistent read of a global index",
      { ...condition, IndexName: "by-time", ConsistentRead: true },
      /Consistent reads are not supported/,
    ],
    [
      "no partition key",
      { KeyConditionExpression: "sk = :p", ExpressionAttributeValues: { ":p": { S: "a" } } },
      /missed key schema element: pk/,
    ],
    [
      "a range on the partition key",
      { ...condition, KeyConditionExpression: "pk > :p" },
      /Query key condition not supported/,
    ],
    [
      "a value of another type",
      { ...condition, ExpressionAttributeValues: { ":p": { N: "1" } } },
      /does not match schema type/,
    ],
    ["a filter on a key", { ...condition, FilterExpression: "sk = :p" }, /can only contain non-primary key attributes/],
    ["half a start key", { ...condition, ExclusiveStartKey: { pk: { S: "a" } } }, /starting key is invalid/],
    [
      "another partition's start key",
      { ...condition, ExclusiveStartKey: { pk: { S: "b" }, sk: { S: "x" } } },
      /outside query boundaries/,
    ],
    [
      "a value that is not used",
      { ...condition, ExpressionAttributeValues: { ":p": { S: "a" }, ":q": { S: "a" } } },
      /unused in expressions/,
    ],
  ])("refuses %s", async (_name, input, message) => {
    await expect(local.client.send(new QueryCommand({ TableName: "events", ...input }))).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(message),
    });
  });

  it("orders numbers by value and strings by their bytes", async () => {
    await local.client.send(
      new CreateTableCommand({
        TableName: "numbers",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "p", AttributeType: "S" },
          { AttributeName: "n", AttributeType: "N" },
        ],
        KeySchema: [
          { AttributeName: "p", KeyType: "HASH" },
          { AttributeName: "n", KeyType: "RANGE" },
        ],
      }),
    );
    const numbers = ["-1000", "-10.5", "-1.05", "-1", "-0.001", "0", "0.001", "1", "1.05", "2", "10", "1000", "1e20"];
    for (const n of numbers.toReversed())
      await local.client.send(new PutItemCommand({ TableName: "numbers", Item: { p: { S: "x" }, n: { N: n } } }));
    const { Items } = await local.client.send(
      new QueryCommand({
        TableName: "numbers",
        KeyConditionExpression: "p = :p",
        ExpressionAttributeValues: { ":p": { S: "x" } },
      }),
    );
    expect(Items?.map((item) => Number(item["n"]?.N))).toEqual(numbers.map(Number));
    // In UTF-16 the rocket, a surrogate pair, would come before the private-use character.
    for (const sk of ["🚀", "\uE000"])
      await local.documents.send(new PutCommand({ TableName: "events", Item: { pk: "order", sk } }));
    const strings = await local.documents.send(
      new DocumentQuery({
        TableName: "events",
        KeyConditionExpression: "pk = :p",
        ExpressionAttributeValues: { ":p": "order" },
      }),
    );
    expect(strings.Items?.map((item) => item["sk"])).toEqual(["\uE000", "🚀"]);
  });

  it("ends a page at 1 MB", async () => {
    for (let n = 0; n < 4; n++)
      await local.documents.send(
        new PutCommand({ TableName: "events", Item: { pk: "large", sk: String(n), text: "x".repeat(380_000) } }),
      );
    const first = await local.documents.send(
      new DocumentQuery({
        TableName: "events",
        KeyConditionExpression: "pk = :p",
        ExpressionAttributeValues: { ":p": "large" },
      }),
    );
    expect(first.Count).toBe(3);
    expect(first.LastEvaluatedKey).toEqual({ pk: "large", sk: "2" });
  });
});

describe("Scan", () => {
  it("reads every item once over its segments", async () => {
    const whole = await local.client.send(new ScanCommand({ TableName: "events", Select: "COUNT" }));
    const seen: string[] = [];
    for (let segment = 0; segment < 3; segment++) {
      const pages = paginateScan(
        { client: local.documents, pageSize: 7 },
        { TableName: "events", Segment: segment, TotalSegments: 3, ProjectionExpression: "pk, sk" },
      );
      for await (const page of pages) seen.push(...(page.Items ?? []).map((item) => `${item["pk"]}/${item["sk"]}`));
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((name) => !name.startsWith("large/")).length).toBeGreaterThanOrEqual(28);
    expect(whole.Items).toBeUndefined();
  });
});

describe("at size", () => {
  it("queries one task's events among 50,000 as fast as among 1,000", async () => {
    local.service.ensureTable({ name: "many", partitionKey: "pk", sortKey: "sk" });
    const fill = async (from: number, to: number) => {
      for (let n = from; n < to; n += 25) {
        const requests = Array.from({ length: 25 }, (_, i) => ({
          PutRequest: { Item: { pk: { S: `task#${(n + i) >> 3}` }, sk: { S: `event#${(n + i) & 7}` } } },
        }));
        await local.client.send(new BatchWriteItemCommand({ RequestItems: { many: requests } }));
      }
    };
    const median = async () => {
      const times: number[] = [];
      for (let n = 0; n < 101; n++) {
        const began = performance.now();
        const { Count } = await local.client.send(
          new QueryCommand({
            TableName: "many",
            KeyConditionExpression: "pk = :p",
            ExpressionAttributeValues: { ":p": { S: `task#${n}` } },
          }),
        );
        times.push(performance.now() - began);
        expect(Count).toBe(8);
      }
      return times.sort((a, b) => a - b)[50] ?? 0;
    };
    await fill(0, 1000);
    const small = await median();
    await fill(1000, 50_000);
    // A scan would take some fifty times as long; a busy machine may take a few times.
    expect(await median()).toBeLessThan(small * 5);
  }, 120_000);
});
