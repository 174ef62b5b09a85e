import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  paginateGetParametersByPath,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestStack, type TestStack } from "../apigateway/testing.ts";
import { createSsm, type Ssm } from "./index.ts";

let stack: TestStack;
let client: SSMClient;
let ssm: Ssm;

beforeEach(async () => {
  stack = await startTestStack((ctx) => ({ services: { ssm: (ssm = createSsm(ctx)) } }));
  client = new SSMClient({
    endpoint: stack.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await stack[Symbol.asyncDispose]();
});

const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  client.send(new PutParameterCommand({ Name, Value, Type: "String", ...more }));

describe("PutParameter and GetParameter", () => {
  it("keep a value and count its versions", async () => {
    expect(await put("/app/a", "1")).toMatchObject({ Version: 1, Tier: "Standard" });
    expect(await put("/app/a", "2", { Overwrite: true })).toMatchObject({ Version: 2 });
    const { Parameter } = await client.send(new GetParameterCommand({ Name: "/app/a" }));
    expect(Parameter).toMatchObject({
      Name: "/app/a",
      Value: "2",
      Type: "String",
      Version: 2,
      ARN: "arn:aws:ssm:us-east-1:000000000000:parameter/app/a",
      DataType: "text",
      LastModifiedDate: expect.any(Date),
    });
    expect(Math.abs((Parameter?.LastModifiedDate?.getTime() ?? 0) - Date.now())).toBeLessThan(10_000);
    const first = await client.send(new GetParameterCommand({ Name: "/app/a:1" }));
    expect(first.Parameter).toMatchObject({ Value: "1", Selector: ":1" });
    const byArn = await client.send(
      new GetParameterCommand({ Name: "arn:aws:ssm:us-east-1:000000000000:parameter/app/a" }),
    );
    expect(byArn.Parameter?.Value).toBe("2");
    const history = await client.send(new GetParameterHistoryCommand({ Name: "/app/a" }));
    expect(history.Parameters?.map(({ Value }) => Value)).toEqual(["1", "2"]);
  });

  it("keep a secret to those who decrypt", async () => {
    await put("/app/secret", "s3cret", { Type: "SecureString" });
    const masked = await client.send(new GetParameterCommand({ Name: "/app/secret" }));
    expect(masked.Parameter?.Type).toBe("SecureString");
    expect(masked.Parameter?.Value).toMatch(/^[A-Za-z0-9+/=]{200,}$/);
    expect(masked.Parameter?.Value).not.toContain("s3cret");
    const clear = await client.send(new GetParameterCommand({ Name: "/app/secret", WithDecryption: true }));
    expect(clear.Parameter?.Value).toBe("s3cret");
  });

  it.each<[string, Partial<PutParameterCommandInput>, string, string]>([
    ["a name that is taken", { Name: "/taken" }, "ParameterAlreadyExists", "The parameter already exists."],
    ["a value over 4 KB", { Value: "x".repeat(4097) }, "ValidationException", "4096 characters"],
    ["a value over 8 KB", { Value: "x".repeat(8193), Tier: "Advanced" }, "ValidationException", "8192 characters"],
    ["an empty value", { Value: "" }, "ValidationException", "length greater than or equal to 1"],
    ["a path without its slash", { Name: "a/b" }, "ValidationException", "fully qualified"],
    ["a letter that may not be", { Name: "/a b" }, "ValidationException", "only a mix of letters"],
    ["AWS's own prefix", { Name: "/aws/x" }, "ValidationException", 'can\'t be prefixed with "aws"'],
    ["too many levels", { Name: "/a".repeat(16) }, "HierarchyLevelLimitExceededException", "15"],
    ["no type", { Type: undefined }, "ValidationException", "type is required"],
    [
      "a type that is none",
      // @ts-expect-error: what an untyped client may send.
      { Type: "Text" },
      "ValidationException",
      "enum value set: [String, StringList, SecureString]",
    ],
    [
      "a value against its pattern",
      { AllowedPattern: "^\\d+$" },
      "ParameterPatternMismatchException",
      "allowedPattern",
    ],
  ])("refuse %s", async (_what, more, name, message) => {
    await put("/taken", "v");
    await expect(put("/new", "v", more)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });

  it("take 4 KB in the standard tier, 8 KB in the advanced one", async () => {
    expect(await put("/a", "x".repeat(4096))).toMatchObject({ Tier: "Standard" });
    expect(await put("/b", "x".repeat(8192), { Tier: "Advanced" })).toMatchObject({ Tier: "Advanced" });
    expect(await put("/c", "x".repeat(4097), { Tier: "Intelligent-Tiering" })).toMatchObject({ Tier: "Advanced" });
  });

  it("tell a parameter that is missing from a version that is", async () => {
    await expect(client.send(new GetParameterCommand({ Name: "/none" }))).rejects.toMatchObject({
      name: "ParameterNotFound",
    });
    await put("/some", "v");
    await expect(client.send(new GetParameterCommand({ Name: "/some:9" }))).rejects.toMatchObject({
      name: "ParameterVersionNotFound",
    });
  });
});

describe("reading many", () => {
  beforeEach(async () => {
    for (let i = 0; i < 13; i++) await put(`/app/list/p${String(i).padStart(2, "0")}`, String(i));
    await put("/app/list/deep/er", "d");
    await put("/app/listing", "x");
    await put("plain", "p", { Description: "a plain one" });
  });

  it("GetParameters tells those that are not there", async () => {
    const { Parameters, InvalidParameters } = await client.send(
      new GetParametersCommand({ Names: ["plain", "/none", "/app/listing"] }),
    );
    expect([Parameters?.map(({ Value }) => Value), InvalidParameters]).toEqual([["p", "x"], ["/none"]]);
    await expect(
      client.send(new GetParametersCommand({ Names: Array.from({ length: 11 }, (_, i) => `n${i}`) })),
    ).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  it("GetParametersByPath pages by ten, one level or all", async () => {
    const read = async (Recursive: boolean) => {
      const sizes: number[] = [];
      const names: (string | undefined)[] = [];
      for await (const page of paginateGetParametersByPath({ client }, { Path: "/app/list", Recursive })) {
        sizes.push(page.Parameters?.length ?? 0);
        names.push(...(page.Parameters ?? []).map(({ Name }) => Name));
      }
      return { sizes, names };
    };
    expect((await read(false)).sizes).toEqual([10, 3]);
    const all = await read(true);
    expect(all.sizes).toEqual([10, 4]);
    expect(all.names).toContain("/app/list/deep/er");
    expect(all.names).not.toContain("/app/listing");
    await expect(client.send(new GetParametersByPathCommand({ Path: "app" }))).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(client.send(new GetParametersByPathCommand({ Path: "/app", MaxResults: 11 }))).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(
      client.send(new GetParametersByPathCommand({ Path: "/app", NextToken: "forged" })),
    ).rejects.toMatchObject({ name: "InvalidNextToken" });
  });

  it("a name without levels lies at the root", async () => {
    await client.send(new PutParameterCommand({ Name: "rootless", Value: "v", Type: "String" }));
    await client.send(new PutParameterCommand({ Name: "/rooted", Value: "v", Type: "String" }));
    const names: (string | undefined)[] = [];
    for await (const page of paginateGetParametersByPath({ client }, { Path: "/" }))
      names.push(...(page.Parameters ?? []).map(({ Name }) => Name));
    expect(names).toEqual(expect.arrayContaining(["rootless", "/rooted"]));
    expect(names.filter((name) => name?.lastIndexOf("/") !== -1 && name?.lastIndexOf("/") !== 0)).toEqual([]);
    const { Parameters } = await client.send(
      new DescribeParametersCommand({ ParameterFilters: [{ Key: "Path", Values: ["/"] }] }),
    );
    expect(Parameters?.map(({ Name }) => Name)).toContain("rootless");
  });

  it("DescribeParameters filters and shows no value", async () => {
    const { Parameters } = await client.send(
      new DescribeParametersCommand({ ParameterFilters: [{ Key: "Name", Option: "BeginsWith", Values: ["pl"] }] }),
    );
    expect(Parameters).toMatchObject([
      { Name: "plain", Description: "a plain one", Type: "String", Version: 1, Tier: "Standard" },
    ]);
    expect(Parameters?.[0]).not.toHaveProperty("Value");
    const deep = await client.send(
      new DescribeParametersCommand({ ParameterFilters: [{ Key: "Path", Values: ["/app/list/deep"] }] }),
    );
    expect(deep.Parameters?.map(({ Name }) => Name)).toEqual(["/app/list/deep/er"]);
    await expect(
      client.send(new DescribeParametersCommand({ ParameterFilters: [{ Key: "Colour", Values: ["x"] }] })),
    ).rejects.toMatchObject({
      name: "InvalidFilterKey",
    });
  });

  it("deletes one or many", async () => {
    await client.send(new DeleteParameterCommand({ Name: "plain" }));
    await expect(client.send(new DeleteParameterCommand({ Name: "plain" }))).rejects.toMatchObject({
      name: "ParameterNotFound",
    });
    const { DeletedParameters, InvalidParameters } = await client.send(
      new DeleteParametersCommand({ Names: ["/app/listing", "plain"] }),
    );
    expect([DeletedParameters, InvalidParameters]).toEqual([["/app/listing"], ["plain"]]);
  });
});

it("deletes none, where one of the names is none", async () => {
  await put("kept", "1");
  await expect(client.send(new DeleteParametersCommand({ Names: ["kept", "other:label"] }))).rejects.toMatchObject({
    name: "ParameterVersionNotFound",
  });
  expect((await client.send(new GetParameterCommand({ Name: "kept" }))).Parameter?.Value).toBe("1");
});

it("keeps tags", async () => {
  await put("/t", "v", { Tags: [{ Key: "app", Value: "one" }] });
  await client.send(
    new AddTagsToResourceCommand({
      ResourceType: "Parameter",
      ResourceId: "/t",
      Tags: [{ Key: "stage", Value: "local" }],
    }),
  );
  const { TagList } = await client.send(
    new ListTagsForResourceCommand({ ResourceType: "Parameter", ResourceId: "/t" }),
  );
  expect(TagList).toEqual([
    { Key: "app", Value: "one" },
    { Key: "stage", Value: "local" },
  ]);
});

it("answers an operation that is not there as AWS does", async () => {
  await expect(client.send(new LabelParameterVersionCommand({ Name: "/a", Labels: ["x"] }))).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
});

it.each<[string, Partial<PutParameterCommandInput>]>([
  ["policies", { Policies: '[{"Type":"Expiration"}]' }],
  ["the data type aws:ec2:image", { DataType: "aws:ec2:image" }],
])("refuses %s of parameters", async (words, input) => {
  await expect(put("/app/a", "1", input)).rejects.toMatchObject({
    name: "ValidationException",
    message: `The local stack does not offer ${words} of parameters.`,
  });
});

it("is put to and read from in process", async () => {
  ssm.put("/app/token", "one", "SecureString");
  ssm.put("/app/token", "two", "SecureString");
  expect([ssm.get("/app/token"), ssm.get("/none")]).toEqual(["two", undefined]);
  const { Parameter } = await client.send(new GetParameterCommand({ Name: "/app/token", WithDecryption: true }));
  expect(Parameter).toMatchObject({ Value: "two", Version: 2 });
});
