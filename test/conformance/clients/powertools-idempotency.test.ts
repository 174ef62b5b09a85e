import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyValidationError,
  makeIdempotent,
} from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { CreateTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalStack } from "../../../src/local/stack.ts";
import { startOurs } from "../local-stack.ts";

interface Order {
  id: string;
  amount: number;
}

describe("Powertools' idempotency with its DynamoDB persistence", () => {
  const tableName = "idempotency";
  let stack: LocalStack;
  let client: DynamoDBClient;
  beforeAll(async () => {
    stack = await startOurs("memory");
    client = new DynamoDBClient({
      endpoint: stack.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      }),
    );
  });
  afterAll(async () => {
    client.destroy();
    await stack.close();
  });

  const options = { eventKeyJmesPath: "id", throwOnNoIdempotencyKey: true };
  const idempotent = <R>(run: (order: Order) => Promise<R>, more: object = {}) =>
    makeIdempotent(run, {
      persistenceStore: new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: client }),
      config: new IdempotencyConfig({ ...options, ...more }),
    });
  const order = (): Order => ({ id: randomUUID(), amount: 3 });

  test("the second call is answered from the table", async () => {
    let runs = 0;
    const charge = idempotent(async ({ amount }) => ({ charged: amount, run: (runs += 1) }));
    const one = order();
    expect(await charge(one)).toEqual({ charged: 3, run: 1 });
    expect(await charge(one)).toEqual({ charged: 3, run: 1 });
    expect(await charge(order())).toEqual({ charged: 3, run: 2 });
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
    expect(Items.map(({ status }) => status?.S)).toContain("COMPLETED");
  });

  test("a call while the first still runs is refused by the condition on the item", async () => {
    const gate = Promise.withResolvers<string>();
    const started = Promise.withResolvers<void>();
    const charge = idempotent(async () => {
      started.resolve();
      return gate.promise;
    });
    const one = order();
    const first = charge(one);
    await started.promise;
    await expect(charge(one)).rejects.toBeInstanceOf(IdempotencyAlreadyInProgressError);
    gate.resolve("done");
    expect(await first).toBe("done");
  });

  test("a call that failed may be made again", async () => {
    let runs = 0;
    const charge = idempotent(async () => {
      runs += 1;
      if (runs === 1) throw new Error("The bank did not answer.");
      return runs;
    });
    const one = order();
    await expect(charge(one)).rejects.toThrow("The bank did not answer.");
    expect(await charge(one)).toBe(2);
  });

  test("the same key with another payload is refused", async () => {
    const charge = idempotent(async ({ amount }) => amount, { payloadValidationJmesPath: "amount" });
    const one = order();
    await charge(one);
    await expect(charge({ ...one, amount: 4 })).rejects.toBeInstanceOf(IdempotencyValidationError);
  });

  test("a record that has expired counts no more", async () => {
    let runs = 0;
    const charge = idempotent(async () => (runs += 1), { expiresAfterSeconds: -1 });
    const one = order();
    await charge(one);
    await charge(one);
    expect(runs).toBe(2);
  });
});
