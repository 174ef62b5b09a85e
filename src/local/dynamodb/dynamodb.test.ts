import { connect } from "node:net";
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start, type Started, temporaryFolder } from "./test/harness.ts";

let local: Started;
beforeAll(async () => {
  local = await start();
  local.service.ensureTable({
    name: "things",
    partitionKey: "pk",
    sortKey: "sk",
    indexes: [{ name: "by-group", partitionKey: "gpk", sortKey: "gsk" }],
  });
});
afterAll(() => local.close());

let next = 0;
const fresh = () => `item-${next++}`;
const key = (pk: string, sk = "a"): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });
const put = (item: Record<string, AttributeValue>) =>
  local.client.send(new PutItemCommand({ TableName: "things", Item: item }));
const read = async (pk: string, sk = "a") =>
  (await local.client.send(new GetItemCommand({ TableName: "things", Key: key(pk, sk) }))).Item;

describe("values", () => {
  it.each<[string, AttributeValue, AttributeValue?]>([
    ["an empty string", { S: "" }],
    ["an empty binary", { B: new Uint8Array() }],
    ["a string beyond ASCII", { S: "żółć 🚀" }],
    ["38 digits", { N: "12345678901234567890123456789012345678" }],
    ["a number written long", { N: "1.50" }, { N: "1.5" }],
    ["a negative exponent", { N: "-1e-3" }, { N: "-0.001" }],
    ["a string set", { SS: ["b", "a"] }],
    ["a nested map", { M: { list: { L: [{ NULL: true }, { BOOL: false }, { M: {} }] } } }],
  ])("keeps %s", async (_name, value, stored = value) => {
    const pk = fresh();
    await put({ ...key(pk), value });
    expect((await read(pk))?.["value"]).toEqual(stored);
  });

  it.each<[string, Record<string, AttributeValue>, RegExp]>([
    ["a missing sort key", { pk: { S: "x" } }, /Missing the key sk/],
    ["a key of another type", { pk: { N: "1" }, sk: { S: "a" } }, /Type mismatch for key pk/],
    ["an empty key", { pk: { S: "" }, sk: { S: "a" } }, /empty string value/],
    ["an empty index key", { ...key("x"), gpk: { S: "" }, gsk: { S: "a" } }, /secondary index key/],
    [
      "an item over 400 KB, counted in bytes",
      { ...key("x"), text: { S: "ż".repeat(210_000) } },
      /exceeded the maximum allowed size/,
    ],
    ["39 digits", { ...key("x"), n: { N: "1".repeat(39) } }, /38 significant digits/],
  ])("refuses %s", async (_name, item, message) => {
    await expect(put(item)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(message),
    });
  });
});

describe("conditions", () => {
  const item = {
    s: { S: "banana" },
    n: { N: "10" },
    b: { B: new Uint8Array([1, 2, 255]) },
    aset: { SS: ["x", "y"] },
    alist: { L: [{ S: "one" }, { M: { deep: { N: "1" } } }] },
    amap: { M: { a: { N: "1" }, b: { L: [{ S: "z" }] } } },
    atrue: { BOOL: true },
    anull: { NULL: true },
  } satisfies Record<string, AttributeValue>;

  it.each<[string, Record<string, AttributeValue> | undefined, boolean]>([
    ["attribute_exists(s)", undefined, true],
    ["attribute_not_exists(absent1)", undefined, true],
    ["attribute_not_exists(s)", undefined, false],
    ["s = :v", { ":v": { S: "banana" } }, true],
    ["s = :v", { ":v": { N: "10" } }, false],
    ["s <> :v", { ":v": { N: "10" } }, true],
    ["absent1 <> :v", { ":v": { N: "10" } }, true],
    ["absent1 = absent2", undefined, false],
    ["absent1 < :v", { ":v": { N: "10" } }, false],
    ["n > :v", { ":v": { N: "9" } }, true],
    ["n < :v", { ":v": { N: "100" } }, true],
    ["n >= :v", { ":v": { N: "10.0" } }, true],
    ["n BETWEEN :v AND :w", { ":v": { N: "-5" }, ":w": { N: "10" } }, true],
    ["n IN (:v, :w)", { ":v": { N: "1" }, ":w": { N: "10" } }, true],
    ["amap = :v", { ":v": { M: { b: { L: [{ S: "z" }] }, a: { N: "1" } } } }, true],
    ["amap = :v", { ":v": { M: { a: { N: "1" } } } }, false],
    ["alist = :v", { ":v": { L: [{ M: { deep: { N: "1" } } }, { S: "one" }] } }, false],
    ["aset = :v", { ":v": { SS: ["y", "x"] } }, true],
    ["aset = :v", { ":v": { SS: ["y"] } }, false],
    ["atrue = :v", { ":v": { BOOL: true } }, true],
    ["anull = :v", { ":v": { NULL: true } }, true],
    ["begins_with(s, :v)", { ":v": { S: "ban" } }, true],
    ["begins_with(b, :v)", { ":v": { B: new Uint8Array([1, 2]) } }, true],
    ["contains(s, :v)", { ":v": { S: "nan" } }, true],
    ["contains(aset, :v)", { ":v": { S: "x" } }, true],
    ["contains(alist, :v)", { ":v": { M: { deep: { N: "1" } } } }, true],
    ["contains(b, :v)", { ":v": { B: new Uint8Array([255]) } }, true],
    ["size(s) = :v", { ":v": { N: "6" } }, true],
    ["size(absent1) < :v", { ":v": { N: "6" } }, false],
    ["attribute_type(amap, :v)", { ":v": { S: "M" } }, true],
    ["alist[1].deep = :v AND NOT (n = :w OR n = :w)", { ":v": { N: "1" }, ":w": { N: "3" } }, true],
  ])("%s with %j is %s", async (expression, values, holds) => {
    const pk = fresh();
    await put({ ...key(pk), ...item });
    const outcome = local.client.send(
      new DeleteItemCommand({
        TableName: "things",
        Key: key(pk),
        ConditionExpression: expression,
        ...(values ? { ExpressionAttributeValues: values } : {}),
      }),
    );
    if (holds) await expect(outcome).resolves.toBeDefined();
    else await expect(outcome).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    expect((await read(pk)) === undefined).toBe(holds);
  });

  it.each<["ALL_OLD" | "NONE" | undefined, boolean]>([
    ["ALL_OLD", true],
    ["NONE", false],
    [undefined, false],
  ])("shows the item that failed a put, an update and a delete with %s: %s", async (asked, shown) => {
    const pk = fresh();
    await put({ ...key(pk), v: { S: "old" } });
    const common = {
      TableName: "things",
      ConditionExpression: "v = :v",
      ...(asked ? { ReturnValuesOnConditionCheckFailure: asked } : {}),
    };
    const values = { ":v": { S: "new" } };
    const refused = [
      local.client.send(new PutItemCommand({ ...common, Item: key(pk), ExpressionAttributeValues: values })),
      local.client.send(
        new UpdateItemCommand({
          ...common,
          Key: key(pk),
          UpdateExpression: "SET v = :v",
          ExpressionAttributeValues: values,
        }),
      ),
      local.client.send(new DeleteItemCommand({ ...common, Key: key(pk), ExpressionAttributeValues: values })),
    ];
    for (const outcome of await Promise.allSettled(refused)) {
      const reason: unknown = outcome.status === "rejected" ? outcome.reason : undefined;
      expect(reason).toBeInstanceOf(ConditionalCheckFailedException);
      expect(reason).toMatchObject({
        message: "The conditional request failed",
        Item: shown ? { ...key(pk), v: { S: "old" } } : undefined,
      });
    }
  });

  it("lets exactly one of many concurrent conditional puts through", async () => {
    const pk = fresh();
    const attempts = Array.from({ length: 20 }, (_, n) =>
      local.client.send(
        new PutItemCommand({
          TableName: "things",
          Item: { ...key(pk), n: { N: String(n) } },
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      ),
    );
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  });
});

describe("updates", () => {
  it.each<[string, object, object, object]>([
    ["SET #v = if_not_exists(#v, :v)", {}, { ":v": 5 }, { v: 5 }],
    ["SET #v = if_not_exists(#v, :v) + :v", { v: 2 }, { ":v": 5 }, { v: 7 }],
    ["SET #v = list_append(if_not_exists(#v, :e), :v)", {}, { ":e": [], ":v": ["a"] }, { v: ["a"] }],
    ["SET #v = list_append(:v, #v)", { v: ["b"] }, { ":v": ["a"] }, { v: ["a", "b"] }],
    ["SET #v.x = :v", { v: { y: 1 } }, { ":v": "" }, { v: { x: "", y: 1 } }],
    ["SET #v[1].x = :v", { v: [0, { x: 1 }] }, { ":v": 2 }, { v: [0, { x: 2 }] }],
    ["ADD #v :v", {}, { ":v": 3 }, { v: 3 }],
    ["ADD #v :v", { v: 0.1 }, { ":v": 0.2 }, { v: 0.3 }],
    ["REMOVE #v[0], #v[1]", { v: ["a", "b", "c"] }, {}, { v: ["c"] }],
    ["REMOVE #v", { v: 1 }, {}, {}],
    ["SET v2 = :v REMOVE #v", { v: 1 }, { ":v": { deep: [1] } }, { v2: { deep: [1] } }],
  ])("%s on %j with %j", async (expression, before, values, after) => {
    const pk = fresh();
    await local.documents.send(new PutCommand({ TableName: "things", Item: { pk, sk: "a", ...before } }));
    const { Attributes } = await local.documents.send(
      new UpdateCommand({
        TableName: "things",
        Key: { pk, sk: "a" },
        UpdateExpression: expression,
        ExpressionAttributeNames: { "#v": "v" },
        ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: { ...values } } : {}),
        ReturnValues: "ALL_NEW",
      }),
    );
    expect(Attributes).toEqual({ pk, sk: "a", ...after });
    expect(
      (await local.documents.send(new GetCommand({ TableName: "things", Key: { pk, sk: "a" }, ConsistentRead: true })))
        .Item,
    ).toEqual(Attributes);
  });

  it.each<[string, RegExp]>([
    ["SET pk = :v", /part of the key/],
    ["SET absent1.deep = :v", /document path provided in the update expression is invalid/],
    ["SET v = list_append(n, :v)", /incorrect data type|does not exist/],
    ["SET v =", /Syntax error/],
  ])("refuses %s", async (expression, message) => {
    const pk = fresh();
    await put({ ...key(pk), n: { N: "1" } });
    await expect(
      local.client.send(
        new UpdateItemCommand({
          TableName: "things",
          Key: key(pk),
          UpdateExpression: expression,
          ...(expression.includes(":v") ? { ExpressionAttributeValues: { ":v": { L: [] } } } : {}),
        }),
      ),
    ).rejects.toMatchObject({ name: "ValidationException", message: expect.stringMatching(message) });
  });
});

describe("batches", () => {
  it("writes and reads several items, and says which do not exist by leaving them out", async () => {
    const pk = fresh();
    const sorts = Array.from({ length: 25 }, (_, n) => `s${n}`);
    await local.client.send(
      new BatchWriteItemCommand({
        RequestItems: { things: sorts.map((sk) => ({ PutRequest: { Item: key(pk, sk) } })) },
      }),
    );
    const { Responses } = await local.client.send(
      new BatchGetItemCommand({
        RequestItems: { things: { Keys: [...sorts, "gone"].map((sk) => key(pk, sk)), ConsistentRead: true } },
      }),
    );
    expect(Responses?.["things"]?.map((item) => item["sk"]?.S).sort()).toEqual(sorts.sort());
    await local.client.send(
      new BatchWriteItemCommand({
        RequestItems: { things: sorts.map((sk) => ({ DeleteRequest: { Key: key(pk, sk) } })) },
      }),
    );
    const { Count } = await local.client.send(
      new QueryCommand({
        TableName: "things",
        KeyConditionExpression: "pk = :p",
        ExpressionAttributeValues: { ":p": { S: pk } },
      }),
    );
    expect(Count).toBe(0);
  });

  it("refuses duplicates and writes nothing then", async () => {
    const pk = fresh();
    const request = { PutRequest: { Item: key(pk) } };
    await expect(
      local.client.send(new BatchWriteItemCommand({ RequestItems: { things: [request, request] } })),
    ).rejects.toThrow(/duplicates/);
    expect(await read(pk)).toBeUndefined();
  });
});

describe("tables", () => {
  const create = (name: string) =>
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      Tags: [{ Key: "app", Value: "demo" }],
    });

  it("creates, describes, lists, tags and deletes", async () => {
    await local.client.send(create("made"));
    const { Table } = await local.client.send(new DescribeTableCommand({ TableName: "made" }));
    expect(Table).toMatchObject({
      TableStatus: "ACTIVE",
      ItemCount: 0,
      TableArn: "arn:aws:dynamodb:us-east-1:000000000000:table/made",
    });
    await expect(local.client.send(create("made"))).rejects.toMatchObject({ name: "ResourceInUseException" });
    expect((await local.client.send(new ListTablesCommand({}))).TableNames).toContain("made");
    const arn = { ResourceArn: Table?.TableArn ?? "" };
    await local.client.send(new TagResourceCommand({ ...arn, Tags: [{ Key: "stage", Value: "local" }] }));
    await local.client.send(new UntagResourceCommand({ ...arn, TagKeys: ["app"] }));
    expect((await local.client.send(new ListTagsOfResourceCommand(arn))).Tags).toEqual([
      { Key: "stage", Value: "local" },
    ]);
    await local.client.send(new DeleteTableCommand({ TableName: "made" }));
    await expect(local.client.send(new DescribeTableCommand({ TableName: "made" }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("keeps the settings for point-in-time recovery", async () => {
    await local.client.send(
      new UpdateContinuousBackupsCommand({
        TableName: "things",
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );
    const { ContinuousBackupsDescription } = await local.client.send(
      new DescribeContinuousBackupsCommand({ TableName: "things" }),
    );
    expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe("ENABLED");
  });

  it("ensures a table once, and refuses other keys under its name", () => {
    const spec = { name: "ensured", partitionKey: "pk" };
    local.service.ensureTable(spec);
    local.service.ensureTable(spec);
    expect(() => local.service.ensureTable({ ...spec, sortKey: "sk" })).toThrow(/other keys/);
  });

  it("deletes what has expired, and only that", async () => {
    const swept = await start({ sweepIntervalMs: 5 });
    try {
      swept.service.ensureTable({
        name: "sessions",
        partitionKey: "pk",
        indexes: [{ name: "by-user", partitionKey: "user" }],
      });
      const now = Math.floor(Date.now() / 1000);
      for (const [pk, ttl] of Object.entries({
        past: now - 10,
        future: now + 1000,
        mistake: now - 6 * 366 * 86_400,
        text: "1",
      })) {
        await swept.documents.send(new PutCommand({ TableName: "sessions", Item: { pk, ttl, user: "u" } }));
      }
      await swept.client.send(
        new UpdateTimeToLiveCommand({
          TableName: "sessions",
          TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
        }),
      );
      const { TimeToLiveDescription } = await swept.client.send(
        new DescribeTimeToLiveCommand({ TableName: "sessions" }),
      );
      expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "ttl" });
      const left = async (index?: string) => {
        const { Items } = await swept.documents.send(
          new ScanCommand({ TableName: "sessions", ...(index ? { IndexName: index } : {}) }),
        );
        return Items?.map((item) => String(item["pk"])).sort();
      };
      await expect.poll(() => left()).toEqual(["future", "mistake", "text"]);
      expect(await left("by-user")).toEqual(["future", "mistake", "text"]);
      await swept.documents.send(new PutCommand({ TableName: "sessions", Item: { pk: "later", ttl: now - 1 } }));
      await expect.poll(() => left()).toEqual(["future", "mistake", "text"]);
      await expect(
        swept.client.send(
          new UpdateTimeToLiveCommand({
            TableName: "sessions",
            TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
          }),
        ),
      ).rejects.toThrow("TimeToLive is already enabled");
    } finally {
      await swept.close();
    }
  });
});

describe("the wire", () => {
  it("keeps tables, items and settings over a restart", async () => {
    using folder = temporaryFolder();
    const spec = {
      name: "kept",
      partitionKey: "pk",
      ttlAttribute: "ttl",
      indexes: [{ name: "by-g", partitionKey: "g" }],
    };
    const first = await start({ stateDir: folder.path });
    first.service.ensureTable(spec);
    await first.documents.send(new PutCommand({ TableName: "kept", Item: { pk: "a", g: "x", n: 1 } }));
    await first.close();
    const second = await start({ stateDir: folder.path });
    try {
      second.service.ensureTable(spec);
      expect((await second.documents.send(new GetCommand({ TableName: "kept", Key: { pk: "a" } }))).Item).toEqual({
        pk: "a",
        g: "x",
        n: 1,
      });
      expect((await second.documents.send(new ScanCommand({ TableName: "kept", IndexName: "by-g" }))).Count).toBe(1);
      const { TimeToLiveDescription } = await second.client.send(new DescribeTimeToLiveCommand({ TableName: "kept" }));
      expect(TimeToLiveDescription?.AttributeName).toBe("ttl");
    } finally {
      await second.close();
    }
  });

  it("outlives a request that is cut off in its body", async () => {
    const { hostname, port } = new URL(local.endpoint);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-Amz-Target: DynamoDB_20120810.PutItem\r\nContent-Length: 1000\r\n\r\n{"Table`,
          () => socket.destroy(),
        );
      });
      socket.once("close", () => resolve());
    });
    expect((await local.client.send(new ListTablesCommand({}))).TableNames).toContain("things");
  });

  it.each<[string, string, string]>([
    [
      "a null in a map",
      "UpdateItem",
      JSON.stringify({ TableName: "things", Key: { pk: { S: "a" } }, AttributeUpdates: { a: null } }),
    ],
    ["a null in a list", "BatchGetItem", JSON.stringify({ RequestItems: { things: { Keys: [null] } } })],
    ["a document that never ends", "PutItem", `{"Item":${'{"M":'.repeat(20_000)}1${"}".repeat(20_000)}}`],
  ])("refuses %s", async (_name, action, body) => {
    const headers = { "X-Amz-Target": `DynamoDB_20120810.${action}` };
    const response = await fetch(local.endpoint, { method: "POST", headers, body });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { __type: expect.stringMatching(/#(Validation|Serialization)Exception$/) },
    ]);
  });

  it.each<[string, string, string, number]>([
    ["an unknown action", "ExecuteStatement", "{}", 400],
    ["a body that is no JSON", "PutItem", "{", 400],
    ["a table that does not exist", "GetItem", JSON.stringify({ TableName: "nowhere", Key: {} }), 400],
  ])("answers %s in the protocol's own words", async (_name, action, body, status) => {
    const response = await fetch(local.endpoint, {
      method: "POST",
      headers: { "X-Amz-Target": `DynamoDB_20120810.${action}` },
      body,
    });
    expect(response.status).toBe(status);
    expect(response.headers.get("x-amz-crc32")).toMatch(/^\d+$/);
    const error: unknown = await response.json();
    expect(error).toMatchObject({
      __type: expect.stringMatching(/#(UnknownOperation|Serialization|ResourceNotFound)Exception$/),
    });
  });
});
