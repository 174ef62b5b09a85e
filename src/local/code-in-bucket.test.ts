import * as Lambda from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { zip } from "./lambda/test/zip.ts";
import type { LocalStack } from "./stack.ts";
import { startEmbeddedStack } from "../../test/helpers/stack.ts";

let stack: LocalStack;
let lambda: Lambda.LambdaClient;
let s3: S3Client;

beforeEach(async () => {
  stack = await startEmbeddedStack();
  const settings = {
    endpoint: stack.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  };
  lambda = new Lambda.LambdaClient(settings);
  s3 = new S3Client({ ...settings, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "code" }));
});
afterEach(() => stack.close());

const put = (Key: string, answer: string) =>
  s3.send(
    new PutObjectCommand({
      Bucket: "code",
      Key,
      Body: zip({ "index.mjs": `export const handler = async () => ${JSON.stringify(answer)};` }),
    }),
  );
const create = (Code: Lambda.FunctionCode) =>
  lambda.send(
    new Lambda.CreateFunctionCommand({
      FunctionName: "f",
      Role: "arn:aws:iam::000000000000:role/r",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Code,
    }),
  );
const call = async () =>
  (await lambda.send(new Lambda.InvokeCommand({ FunctionName: "f" }))).Payload?.transformToString();

it("a function is made of an archive in a bucket, and changed by another", async () => {
  await put("one.zip", "one");
  await put("two.zip", "two");
  const { CodeSha256 } = await create({ S3Bucket: "code", S3Key: "one.zip" });
  expect(await call()).toBe('"one"');
  const where = { FunctionName: "f", S3Bucket: "code", S3Key: "two.zip" };
  const dry = await lambda.send(new Lambda.UpdateFunctionCodeCommand({ ...where, DryRun: true }));
  expect(dry.CodeSha256).not.toBe(CodeSha256);
  expect(await call()).toBe('"one"');
  expect(await lambda.send(new Lambda.UpdateFunctionCodeCommand(where))).toMatchObject({ CodeSha256: dry.CodeSha256 });
  expect(await call()).toBe('"two"');
});

it.each<[string, Lambda.FunctionCode, string]>([
  [
    "no such bucket",
    { S3Bucket: "none", S3Key: "one.zip" },
    "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist",
  ],
  [
    "no such object",
    { S3Bucket: "code", S3Key: "none.zip" },
    "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
  ],
  ["a bucket alone", { S3Bucket: "code" }, "Please provide a source for function code."],
  [
    "a version",
    { S3Bucket: "code", S3Key: "one.zip", S3ObjectVersion: "v1" },
    "The local stack does not offer versions of objects.",
  ],
  [
    "an archive beside it",
    { S3Bucket: "code", S3Key: "one.zip", ZipFile: zip({ "index.mjs": "" }) },
    "Please do not provide other FunctionCode parameters when providing a ZipFile.",
  ],
])("code is refused that has %s, and no function is made", async (_title, code, message) => {
  await expect(create(code)).rejects.toMatchObject({ name: "InvalidParameterValueException", message });
  await expect(call()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});
