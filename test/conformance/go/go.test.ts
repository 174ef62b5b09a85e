import { afterAll, beforeAll, expect, test } from "vitest";
import { plainEnv, output } from "../../../scripts/peers/spawn.ts";
import type { LocalStack } from "../../../src/local/stack.ts";
import { startOurs } from "../local-stack.ts";
import { describeWith } from "../tools.ts";

/** As main.go names them. */
const CHECKS = [
  "dynamodb: items and conditions",
  "dynamodb: queries by pages",
  "dynamodb: transactions",
  "lambda: a function and its errors",
  "lambda: behind a queue",
  "logs: what a function printed",
  "s3: a multipart upload",
  "s3: objects, listings and errors",
  "s3: presigned addresses",
  "sqs: FIFO order and deduplication",
  "sqs: a batch that fails in part",
  "sqs: dead letters and a move task",
  "sqs: messages with attributes",
  "sqs: typed errors",
  "ssm: parameters by path",
  "sts: who calls",
];

describeWith("go", (program) => {
  let stack: LocalStack;
  let outcomes: Record<string, string>;
  beforeAll(async () => {
    stack = await startOurs("memory");
    outcomes = JSON.parse(await output(program, [stack.endpoint], { env: plainEnv(), timeout: 60_000 }));
  });
  afterAll(() => stack.close());

  test.each(CHECKS)("%s", (name) => {
    expect(outcomes[name]).toBe("ok");
  });

  test("no check is missing here", () => {
    expect(Object.keys(outcomes).sort()).toEqual(CHECKS);
  });
});
