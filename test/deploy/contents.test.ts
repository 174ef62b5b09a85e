import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AccountClient } from "../../src/contract/account.ts";
import { systemClock } from "../../src/contract/clock.ts";
import type { LocalStack } from "../../src/local/stack.ts";
import { openAccount } from "../../src/providers/aws/account/index.ts";
import { all } from "../helpers/all.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { listenLocally } from "../helpers/listen.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

const NAME = { app: "my-app", stage: "dev" };
const DENIED: Answer = [403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"];
const FILLED: Answer = [409, "<Error><Code>BucketNotEmpty</Code><Message>It is not empty</Message></Error>"];

type Answer = [status: number, xml: string];

let stack: LocalStack;
let s3: S3Client;
let answerOf: (request: string, body: string) => Answer | undefined;
let proxy: ReturnType<typeof createServer>;
let account: AccountClient;
beforeAll(async () => {
  stack = await startEmbeddedStack();
  s3 = new S3Client({ ...clientSettings(stack.endpoint), forcePathStyle: true });
  proxy = createServer((request, response) => {
    const forward = async () => {
      const body = await buffer(request);
      const method = request.method ?? "";
      const answer = answerOf(`${method} ${request.url ?? ""}`, body.toString());
      if (answer) return response.writeHead(answer[0], { "content-type": "application/xml" }).end(answer[1]);
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === "string" && /^(x-amz|content-(type|md5)|authorization)/.test(name) ? [[name, value]] : [],
      );
      const init = { method, headers, ...(body.length > 0 ? { body: new Uint8Array(body) } : {}) };
      const got = await fetch(`${stack.endpoint}${request.url ?? ""}`, init);
      return response
        .writeHead(got.status, { "content-type": got.headers.get("content-type") ?? "" })
        .end(await got.text());
    };
    forward().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  const endpoint = `http://127.0.0.1:${await listenLocally(proxy)}`;
  account = openAccount({ endpoint, region: "us-east-1" }, {}, systemClock);
});
afterAll(async () => {
  await account?.close();
  proxy?.close();
  s3?.destroy();
  await stack?.close();
});

async function makeBucket(Bucket: string, objects: number): Promise<void> {
  answerOf = () => undefined;
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (let n = 0; n < objects; n++) await s3.send(new PutObjectCommand({ Bucket, Key: `in/${n} &<x>.txt`, Body: "x" }));
}

const left = async (Bucket: string) => (await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount;
const empty = (bucket: string) => all(account.empty(bucket, new AbortController().signal));
const removeData = (bucket: string) => all(account.removeData(NAME, { bucket, tasksTable: "none" }));

test("a bucket is emptied, whether or not its versions may be listed", async () => {
  await makeBucket("bucket-one", 5);
  expect(await empty("bucket-one")).toEqual([{ what: "objects", count: 5 }]);
  expect([await left("bucket-one"), await empty("bucket-one"), await empty("not-there")]).toEqual([0, [], []]);

  await makeBucket("bucket-two", 3);
  answerOf = (request) => (request.includes("versions") ? DENIED : undefined);
  expect(await empty("bucket-two")).toEqual([{ what: "objects", count: 3 }]);
  expect(await left("bucket-two")).toBe(0);
});

test("an object that cannot be deleted is named, and not counted", async () => {
  await makeBucket("bucket-three", 2);
  answerOf = (request) =>
    request.startsWith("POST")
      ? [
          200,
          "<DeleteResult><Error><Key>in/1.txt</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>",
        ]
      : undefined;
  await expect(empty("bucket-three")).rejects.toMatchObject({
    code: "ACCESS_DENIED",
    where: "s3:DeleteObject",
    hint: expect.arrayContaining(["in/1.txt: Access Denied"]),
  });
});

test("versions and marks of deletion are deleted by their ids, and what was never versioned without one", async () => {
  const told: string[] = [];
  let listed = 0;
  answerOf = (request, body) => {
    if (request.startsWith("POST")) told.push(body);
    if (request.startsWith("POST")) return [200, "<DeleteResult/>"];
    if (!request.includes("versions") || listed++ > 0) return [200, "<ListVersionsResult/>"];
    return [
      200,
      "<ListVersionsResult><Version><Key>a</Key><VersionId>v1</VersionId></Version><Version><Key>b</Key><VersionId>null</VersionId></Version><DeleteMarker><Key>a</Key><VersionId>v2</VersionId></DeleteMarker></ListVersionsResult>",
    ];
  };
  expect(await empty("bucket-four")).toEqual([{ what: "objects", count: 2 }]);
  const objects = [..."".concat(...told).matchAll(/<Object>(.*?)<\/Object>/g)].map(([, object]) => object);
  expect(objects).toEqual([
    "<Key>a</Key><VersionId>v1</VersionId>",
    "<Key>b</Key>",
    "<Key>a</Key><VersionId>v2</VersionId>",
  ]);
});

test("what was written since a bucket was emptied is deleted with it", async () => {
  await makeBucket("bucket-five", 2);
  expect(await removeData("bucket-five")).toEqual([
    { what: "objects", count: 2 },
    { what: "buckets", count: 1 },
  ]);
});

test("a bucket that somebody goes on filling is told, with what to do", async () => {
  await makeBucket("bucket-six", 1);
  answerOf = (request) => (request.startsWith("DELETE") ? FILLED : undefined);
  await expect(removeData("bucket-six")).rejects.toMatchObject({
    code: "BUCKET_NOT_EMPTY",
    message: "The bucket bucket-six cannot be deleted: it is not empty.",
    hint: expect.arrayContaining([expect.stringContaining("pause")]),
  });
});

test("what is left of a stage whose queues are gone is told: whether there are a bucket and a table, and what is in them", async () => {
  const nothing = { messages: 0, deadLetters: 0, objects: 0, records: 0 };
  await makeBucket("bucket-seven", 2);
  expect(await account.held({ bucket: "none", tasksTable: "none" })).toEqual({
    ...nothing,
    bucket: false,
    table: false,
  });
  const dynamodb = new DynamoDBClient(clientSettings(stack.endpoint));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: "tasks",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    }),
  );
  dynamodb.destroy();
  expect(await account.held({ bucket: "bucket-seven", tasksTable: "tasks" })).toEqual({
    ...nothing,
    objects: 2,
    bucket: true,
    table: true,
  });
});
