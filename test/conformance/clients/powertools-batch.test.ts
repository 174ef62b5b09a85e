import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { LocalStack } from "../../../src/local/stack.ts";
import { startOurs } from "../local-stack.ts";
import { packFunction } from "../pipeline/code.ts";
import { createQueues } from "../queue/test-queue.ts";
import { peerContext } from "../tools.ts";

describe("Powertools' batch processor behind the event source mapping", () => {
  let stack: LocalStack;
  let sqs: SQSClient;
  let lambda: LambdaClient;
  beforeAll(async () => {
    stack = await startOurs("memory");
    const options = {
      endpoint: stack.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    sqs = new SQSClient(options);
    lambda = new LambdaClient(options);
    const outDir = await mkdtemp(join(peerContext().scratch, "batch-"));
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: "batch",
        Runtime: "nodejs24.x",
        Role: "arn:aws:iam::000000000000:role/batch",
        Handler: "index.handler",
        Code: { ZipFile: await packFunction(outDir, join(import.meta.dirname, "functions", "batch.ts")) },
        Timeout: 2,
      }),
    );
  });
  afterAll(async () => {
    sqs.destroy();
    lambda.destroy();
    await stack.close();
  });

  test.each([
    ["one of a batch that fails", ["1", "2", "bad", "3", "4"]],
    ["a whole batch that fails", ["bad", "bad"]],
  ])("%s is tried again and dead-lettered, the rest is done", async (_what, sent) => {
    const { source, dead } = await createQueues(sqs).createWithDeadLetters(2, { VisibilityTimeout: "2" });
    await source.sendBatch(sent.map((MessageBody, index) => ({ Id: String(index), MessageBody })));
    const { UUID } = await lambda.send(
      new CreateEventSourceMappingCommand({
        EventSourceArn: await source.arn(),
        FunctionName: "batch",
        BatchSize: 5,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      }),
    );
    const mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
    expect(mapping).toMatchObject({ BatchSize: 5, FunctionResponseTypes: ["ReportBatchItemFailures"] });
    const bad = sent.filter((body) => body === "bad");
    await vi.waitFor(async () => expect(await dead.counts()).toEqual([bad.length, 0, 0]), {
      timeout: 20_000,
      interval: 100,
    });
    expect(await source.counts()).toEqual([0, 0, 0]);
    expect(await dead.bodies()).toEqual(bad);
  });
});
