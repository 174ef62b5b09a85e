import {
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand, TransactGetCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start, type Started } from "./test/harness.ts";

const TableName = "accounts";
let local: Started;
beforeAll(async () => {
  local = await start();
  local.service.ensureTable({ name: TableName, partitionKey: "id" });
});
afterAll(() => local.close());

let next = 0;
const fresh = () => `account-${next++}`;
const save = (id: string, balance: number) =>
  local.documents.send(new PutCommand({ TableName, Item: { id, balance } }));
const balance = async (id: string): Promise<unknown> =>
  (await local.documents.send(new GetCommand({ TableName, Key: { id } }))).Item?.["balance"];

describe("TransactWriteItems", () => {
  it("runs a put, an update, a delete and a check as one", async () => {
    const [a, b, c, d] = [fresh(), fresh(), fresh(), fresh()];
    for (const id of [b, c, d]) await save(id, 10);
    await local.documents.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName, Item: { id: a, balance: 1 }, ConditionExpression: "attribute_not_exists(id)" } },
          {
            Update: {
              TableName,
              Key: { id: b },
              UpdateExpression: "ADD balance :n",
              ExpressionAttributeValues: { ":n": 5 },
            },
          },
          { Delete: { TableName, Key: { id: c } } },
          {
            ConditionCheck: {
              TableName,
              Key: { id: d },
              ConditionExpression: "balance = :n",
              ExpressionAttributeValues: { ":n": 10 },
            },
          },
        ],
      }),
    );
    expect(await Promise.all([a, b, c, d].map(balance))).toEqual([1, 15, undefined, 10]);
  });

  it("is told whole to whoever watches the table, and only when it was kept", async () => {
    const table = "watched";
    local.service.ensureTable({ name: table, partitionKey: "id" });
    const told: unknown[] = [];
    local.service.watch(table, (items) => told.push(items));
    const write = (condition: string) =>
      local.documents.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName: table, Item: { id: "a", list: [1, null, { deep: true }] } } },
            { Put: { TableName: table, Item: { id: "b" }, ConditionExpression: condition } },
            { Put: { TableName, Item: { id: fresh(), balance: 1 } } },
          ],
        }),
      );
    await expect(write("attribute_exists(id)")).rejects.toThrow("ConditionalCheckFailed");
    expect(told).toEqual([]);
    await write("attribute_not_exists(id)");
    expect(told).toEqual([[{ id: "a", list: [1, null, { deep: true }] }, { id: "b" }]]);
    await local.documents.send(
      new UpdateCommand({
        TableName: table,
        Key: { id: "b" },
        UpdateExpression: "SET n = :n",
        ExpressionAttributeValues: { ":n": 2 },
      }),
    );
    expect(told[1]).toEqual([{ id: "b", n: 2 }]);
  });

  it("changes nothing when one condition fails, and tells each item its reason", async () => {
    const [a, b, c] = [fresh(), fresh(), fresh()];
    await save(b, 10);
    const attempt = local.documents.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName, Item: { id: a, balance: 1 } } },
          {
            Update: {
              TableName,
              Key: { id: b },
              UpdateExpression: "ADD balance :n",
              ConditionExpression: "balance > :max",
              ExpressionAttributeValues: { ":n": 5, ":max": 50 },
              ReturnValuesOnConditionCheckFailure: "ALL_OLD",
            },
          },
          { ConditionCheck: { TableName, Key: { id: c }, ConditionExpression: "attribute_exists(id)" } },
        ],
      }),
    );
    const error: unknown = await attempt.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransactionCanceledException);
    expect(error).toMatchObject({
      message:
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]",
      CancellationReasons: [
        { Code: "None" },
        {
          Code: "ConditionalCheckFailed",
          Message: "The conditional request failed",
          Item: { id: { S: b }, balance: { N: "10" } },
        },
        { Code: "ConditionalCheckFailed" },
      ],
    });
    expect(await Promise.all([a, b].map(balance))).toEqual([undefined, 10]);
  });

  it("does the same request with the same token once, and refuses another with it", async () => {
    const id = fresh();
    await save(id, 0);
    const add = (n: number) =>
      local.documents.send(
        new TransactWriteCommand({
          ClientRequestToken: "token-1",
          TransactItems: [
            {
              Update: {
                TableName,
                Key: { id },
                UpdateExpression: "ADD balance :n",
                ExpressionAttributeValues: { ":n": n },
              },
            },
          ],
        }),
      );
    await add(1);
    await add(1);
    expect(await balance(id)).toBe(1);
    await expect(add(2)).rejects.toMatchObject({ name: "IdempotentParameterMismatchException" });
  });

  const put = (id: string): TransactWriteItem => ({ Put: { TableName, Item: { id: { S: id } } } });
  it.each<[string, TransactWriteItem[], string, RegExp]>([
    ["nothing", [], "ValidationException", /greater than or equal to 1/],
    [
      "more than 100 items",
      Array.from({ length: 101 }, (_, n) => put(`n${n}`)),
      "ValidationException",
      /less than or equal to 100/,
    ],
    [
      "two operations on one item",
      [put("same"), { Delete: { TableName, Key: { id: { S: "same" } } } }],
      "ValidationException",
      /multiple operations on one item/,
    ],
    [
      "an unknown table",
      [{ Put: { TableName: "nowhere", Item: { id: { S: "a" } } } }],
      "ResourceNotFoundException",
      /not found/,
    ],
    [
      "an update that its item cannot take",
      [
        put("fine"),
        {
          Update: {
            TableName,
            Key: { id: { S: "absent" } },
            UpdateExpression: "SET a.b = :v",
            ExpressionAttributeValues: { ":v": { N: "1" } },
          },
        },
      ],
      "TransactionCanceledException",
      /\[None, ValidationError\]/,
    ],
  ])("refuses %s", async (_name, items, name, message) => {
    await expect(local.client.send(new TransactWriteItemsCommand({ TransactItems: items }))).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
    expect(await balance("fine")).toBeUndefined();
  });
});

describe("TransactGetItems", () => {
  it("answers in the order asked, with nothing for a missing item", async () => {
    const [a, b] = [fresh(), fresh()];
    await save(a, 1);
    await save(b, 2);
    const { Responses } = await local.documents.send(
      new TransactGetCommand({ TransactItems: [b, "absent", a].map((id) => ({ Get: { TableName, Key: { id } } })) }),
    );
    expect(Responses?.map((response) => response.Item?.["balance"])).toEqual([2, undefined, 1]);
  });
});
