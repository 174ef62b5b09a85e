import * as SDK from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { start, type Started } from "./test/harness.ts";

let dynamodb: Started;
beforeEach(async () => void (dynamodb = await start()));
afterEach(() => dynamodb.close());

const TableName = "tasks";
const create = (more: Partial<SDK.CreateTableCommandInput> = {}) =>
  dynamodb.client.send(
    new SDK.CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      ...more,
    }),
  );
const update = (input: Omit<SDK.UpdateTableCommandInput, "TableName">) =>
  dynamodb.client.send(new SDK.UpdateTableCommand({ TableName, ...input }));
const describeTable = async () => (await dynamodb.client.send(new SDK.DescribeTableCommand({ TableName }))).Table;

describe("a table", () => {
  it("tells the options it was made with", async () => {
    const { TableDescription } = await create({
      DeletionProtectionEnabled: true,
      TableClass: "STANDARD_INFREQUENT_ACCESS",
      SSESpecification: { Enabled: true },
      OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 5 },
    });
    expect(TableDescription).toMatchObject({
      DeletionProtectionEnabled: true,
      TableClassSummary: { TableClass: "STANDARD_INFREQUENT_ACCESS" },
      SSEDescription: { Status: "ENABLED", SSEType: "KMS" },
      OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 5 },
    });
    expect(await describeTable()).toMatchObject({ ...TableDescription });
  });

  it("that is protected is not deleted until the protection is taken away", async () => {
    await create({ DeletionProtectionEnabled: true });
    const drop = () => dynamodb.client.send(new SDK.DeleteTableCommand({ TableName }));
    await expect(drop()).rejects.toMatchObject({
      name: "ValidationException",
      message:
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    });
    expect((await update({ DeletionProtectionEnabled: false })).TableDescription).toMatchObject({
      DeletionProtectionEnabled: false,
    });
    await drop();
    await expect(describeTable()).rejects.toBeInstanceOf(SDK.ResourceNotFoundException);
  });

  it("changes how it is billed", async () => {
    await create();
    await update({
      BillingMode: "PROVISIONED",
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 2 },
    });
    const provisioned = await describeTable();
    expect(provisioned?.ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 5, WriteCapacityUnits: 2 });
    expect(provisioned?.BillingModeSummary).toBeUndefined();
    await update({ BillingMode: "PAY_PER_REQUEST" });
    expect(await describeTable()).toMatchObject({
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    });
  });

  it.each<[string, Omit<SDK.UpdateTableCommandInput, "TableName">, RegExp]>([
    ["nothing", {}, /^At least one of ProvisionedThroughput, BillingMode/],
    ["provisioned without numbers", { BillingMode: "PROVISIONED" }, /must both be specified/],
    [
      "numbers on demand",
      { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      /^One or more parameter values were invalid: Neither/,
    ],
    ["streams", { StreamSpecification: { StreamEnabled: true } }, /does not offer streams of tables/],
    ["vector indexes", { VectorIndexUpdates: [{ Delete: { IndexName: "i" } }] }, /does not offer vector indexes/],
    [
      "an index less",
      { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "i" } }] },
      /changes of a table's indexes/,
    ],
  ])("refuses a change to %s", async (_title, input, message) => {
    await create();
    await expect(update(input)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(message),
    });
  });

  it("with a stream is refused, and one whose stream is off is not", async () => {
    await expect(
      create({ StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" } }),
    ).rejects.toMatchObject({ name: "ValidationException" });
    await create({ StreamSpecification: { StreamEnabled: false } });
  });
});

it("transactions tell the capacity they took, which is twice that of their items", async () => {
  await create();
  const ReturnConsumedCapacity = "TOTAL";
  const Item = { pk: { S: "a" }, text: { S: "x".repeat(1500) } };
  const written = await dynamodb.client.send(
    new SDK.TransactWriteItemsCommand({
      ReturnConsumedCapacity,
      TransactItems: [{ Put: { TableName, Item } }, { Delete: { TableName, Key: { pk: { S: "b" } } } }],
    }),
  );
  expect(written.ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 6, WriteCapacityUnits: 6 }]);
  const read = await dynamodb.client.send(
    new SDK.TransactGetItemsCommand({
      ReturnConsumedCapacity,
      TransactItems: [{ Get: { TableName, Key: { pk: { S: "a" } } } }],
    }),
  );
  expect(read.ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 2, ReadCapacityUnits: 2 }]);
});

it("backups know a missing table by an error of their own", async () => {
  await expect(
    dynamodb.client.send(new SDK.DescribeContinuousBackupsCommand({ TableName: "none" })),
  ).rejects.toMatchObject({ name: "TableNotFoundException", message: "Table not found: none" });
});
