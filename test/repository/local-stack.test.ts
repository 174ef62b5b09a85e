import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as connections from "@aws-sdk/client-apigatewaymanagementapi";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import * as sts from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSocketApi } from "../../src/local/apigateway/socket.ts";
import { inProcessHost, startTestStack, type TestStack } from "../../src/local/apigateway/testing.ts";
import { FAULT_KINDS } from "../../src/local/faults/parse.ts";
import type { LocalStack } from "../../src/local/stack.ts";
import { type Dialect, isOffered, json, query, rest } from "./local-stack/ask.ts";
import { operationsOf } from "./local-stack/operations.ts";
import { readSections } from "./local-stack/page.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

const sections = readSections(readFileSync(join(import.meta.dirname, "..", "..", "docs", "local-stack.md"), "utf8"));

interface Service {
  /** The page's heading. */
  title: string;
  client: Record<string, unknown>;
  dialect: Dialect;
  /** On AWS, operations of other hosts, which a request here cannot tell from its own. */
  elsewhere?: string[];
}

const SERVICES: Service[] = [
  { title: "SQS", client: sqs, dialect: json("sqs", "AmazonSQS") },
  { title: "Lambda", client: lambda, dialect: rest("lambda", "UnknownOperationException") },
  { title: "CloudWatch Logs", client: logs, dialect: json("logs", "Logs_20140328") },
  { title: "CloudWatch metrics", client: cloudwatch, dialect: json("monitoring", "GraniteServiceVersion20100801") },
  { title: "STS", client: sts, dialect: query("sts", "2011-06-15") },
  { title: "SSM Parameter Store", client: ssm, dialect: json("ssm", "AmazonSSM") },
  { title: "S3", client: s3, dialect: rest("s3", "NotImplemented"), elsewhere: ["ListDirectoryBuckets"] },
  { title: "DynamoDB", client: dynamodb, dialect: json("dynamodb", "DynamoDB_20120810") },
  {
    title: "WebSocket API",
    client: connections,
    dialect: rest("execute-api", "MissingAuthenticationTokenException"),
  },
];

let stack: LocalStack;
let gateway: TestStack;

beforeAll(async () => {
  stack = await startEmbeddedStack();
  gateway = await startTestStack((ctx) => ({
    apis: { socket: createSocketApi(ctx, { host: inProcessHost({ socket: () => ({}) }), functionName: "socket" }) },
  }));
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await stack.close();
});

test.each(SERVICES)("the page's table of $title says what the stack answers", async (service) => {
  const section = sections.get(service.title);
  const said = new Map(
    section?.rows.flatMap(({ names, supported }) => names.map((name) => [name, supported !== "no"] as const)),
  );
  const known = operationsOf(service.client).filter(({ name }) => !service.elsewhere?.includes(name));
  const endpoint = service.client === connections ? gateway.endpoint : stack.endpoint;
  // A client whose schemas this reads no more would leave nothing to compare.
  expect(known.map(({ name }) => `${name}Command`).filter((name) => !(name in service.client))).toEqual([]);
  expect(known.length).toBeGreaterThan(2);
  const offered = new Map<string, boolean>();
  for (const operation of known) offered.set(operation.name, await isOffered(endpoint, service.dialect, operation));

  expect([...said.keys()].filter((name) => !offered.has(name) && !service.elsewhere?.includes(name))).toEqual([]);
  const wrong = [...offered].filter(([name, is]) => (said.get(name) ?? false) !== is);
  expect(wrong.map(([name, is]) => `${name} is ${is ? "" : "not "}offered`)).toEqual([]);
  // What is not named must be covered by a row that says so.
  expect(section?.others ?? false).toBe(known.some(({ name }) => !said.has(name)));
});

test("a table is read with all its names, and must say yes, part or no", () => {
  const table = (name: string) => `## A\n\n| operation | supported | how |\n| --- | --- | --- |\n| ${name} | yes | |\n`;
  expect(readSections(table("`B`, C")).get("A")).toEqual({
    title: "A",
    rows: [{ names: ["B", "C"], supported: "yes" }],
    others: false,
  });
  expect(() => readSections(table("B").replace("yes", "perhaps"))).toThrow(/none of yes, part and no/);
});

test("the page's table of the offline model says what it answers", async () => {
  const rows = sections.get("Offline model")?.rows ?? [];
  for (const { names, supported } of rows)
    for (const name of names) {
      const [method = "", path = ""] = name.split(" ");
      const body = method === "POST" ? { body: "{}" } : {};
      const { status } = await fetch(`${stack.endpoint}/_ai-pipeline/model/v1${path}`, { method, ...body });
      expect(`${name}: ${status === 404 ? "no" : "yes"}`).toBe(`${name}: ${supported === "no" ? "no" : "yes"}`);
    }
  expect(rows.length).toBeGreaterThan(3);
});

test("the page names every fault", () => {
  const kinds = Object.entries(FAULT_KINDS).flatMap(([target, names]) => names.map((name) => `${target}:${name}`));
  const named = sections.get("Faults")?.rows.flatMap(({ names }) => names);
  expect(named?.toSorted()).toEqual([...kinds, "outage"].toSorted());
});
