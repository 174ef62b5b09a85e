import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestStack, type TestStack } from "../apigateway/testing.ts";
import { createSts } from "./index.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack((ctx) => ({ services: { sts: createSts(ctx) } }));
});
afterAll(() => stack[Symbol.asyncDispose]());

const identity = {
  Account: "000000000000",
  Arn: "arn:aws:iam::000000000000:user/local",
  UserId: expect.stringMatching(/^AIDA/),
};
const client = () =>
  new STSClient({
    endpoint: stack.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });

it("tells the SDK who calls", async () => {
  expect(await client().send(new GetCallerIdentityCommand({}))).toMatchObject(identity);
});

it("tells it by GET, unsigned, and in JSON", async () => {
  const xml = await (await fetch(`${stack.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`)).text();
  expect(xml).toContain("<Account>000000000000</Account>");
  const json = await fetch(stack.endpoint, {
    method: "POST",
    headers: { "x-amz-target": "AWSSecurityTokenServiceV20110615.GetCallerIdentity" },
  });
  expect(await json.json()).toMatchObject(identity);
});

it("refuses other actions as AWS does", async () => {
  await expect(client().send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
    name: "InvalidAction",
    message: "Could not find operation GetSessionToken for version 2011-06-15",
    $metadata: { httpStatusCode: 400 },
  });
});
