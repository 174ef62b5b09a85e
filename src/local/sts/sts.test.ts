import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
const client = (given?: Credentials) =>
  new STSClient({
    endpoint: stack.endpoint,
    region: "us-east-1",
    credentials: {
      accessKeyId: given?.AccessKeyId ?? "test",
      secretAccessKey: given?.SecretAccessKey ?? "test",
      ...(given?.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
    },
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

describe("credentials for a time", () => {
  const role = { RoleArn: "arn:aws:iam::123456789012:role/team/deployer", RoleSessionName: "ci-1" };

  it("of a role say so when they are used", async () => {
    const { Credentials: given, AssumedRoleUser } = await client().send(new AssumeRoleCommand(role));
    expect(AssumedRoleUser).toEqual({
      Arn: "arn:aws:sts::123456789012:assumed-role/deployer/ci-1",
      AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:ci-1$/),
    });
    expect(given).toEqual({
      AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      SecretAccessKey: expect.stringMatching(/^.{40}$/),
      SessionToken: expect.any(String),
      Expiration: expect.any(Date),
    });
    expect(Math.abs((given?.Expiration?.getTime() ?? 0) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    expect(await client(given).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: AssumedRoleUser?.Arn,
      UserId: AssumedRoleUser?.AssumedRoleId,
    });
  });

  it("are had for a token of the web, too, and for the user", async () => {
    const web = await client().send(new AssumeRoleWithWebIdentityCommand({ ...role, WebIdentityToken: "a.b.c" }));
    expect(web.AssumedRoleUser?.Arn).toContain("assumed-role/deployer/ci-1");
    const { Credentials: own } = await client().send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    expect(await client(own).send(new GetCallerIdentityCommand({}))).toMatchObject(identity);
  });

  it.each([
    ["a role that is none", { ...role, RoleArn: "arn:aws:iam::123456789012:user/x-y-z" }, "is invalid"],
    ["a session without a name", { ...role, RoleSessionName: "" }, "'roleSessionName'"],
    ["a session of another spelling", { ...role, RoleSessionName: "a b" }, "'roleSessionName'"],
    ["too short a time", { ...role, DurationSeconds: 10 }, "greater than or equal to 900"],
    ["too long a time", { ...role, DurationSeconds: 50_000 }, "less than or equal to 43200"],
  ])("are refused for %s", async (_what, input, words) => {
    await expect(client().send(new AssumeRoleCommand(input))).rejects.toMatchObject({
      name: "ValidationError",
      message: expect.stringContaining(words),
    });
  });
});

it("refuses other actions as AWS does", async () => {
  await expect(client().send(new GetFederationTokenCommand({ Name: "x" }))).rejects.toMatchObject({
    name: "InvalidAction",
    message: "Could not find operation GetFederationToken for version 2011-06-15",
    $metadata: { httpStatusCode: 400 },
  });
});
