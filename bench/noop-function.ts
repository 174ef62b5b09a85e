import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { setTimeout as sleep } from "node:timers/promises";
import { zip } from "../src/local/lambda/test/zip.ts";
import type { BenchContext } from "./context.ts";
import { createHandlerLog, type HandlerLog } from "./handler-log.ts";

/** A queue whose messages a function takes one at a time, doing nothing but to note when. */
export interface NoopFunction {
  sqs: SQSClient;
  queueUrl: string;
  log: HandlerLog;
  destroy(): void;
}

export const WORKERS = 10;

export const HANDLER = `import { appendFileSync } from "node:fs";
export const handler = async (event) => {
  const at = process.hrtime.bigint();
  for (const { body } of event.Records) appendFileSync(process.env.BENCH_LOG, body + " " + at + "\\n");
};
`;

/** Makes queue, function and mapping (batch size 1, ten at a time) by ordinary SDK calls, on whatever answers there. */
export async function createNoopFunction(context: BenchContext, endpoint: string): Promise<NoopFunction> {
  const settings = { endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const sqs = new SQSClient(settings);
  const lambda = new LambdaClient(settings);
  const log = createHandlerLog(join(await mkdtemp(join(context.scratch, "handler-")), "starts.log"));
  const { QueueUrl = "" } = await sqs.send(
    new CreateQueueCommand({ QueueName: "bench-noop", Attributes: { VisibilityTimeout: "60" } }),
  );
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: "bench-noop",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/bench",
      Timeout: 10,
      Code: { ZipFile: zip({ "index.mjs": HANDLER }) },
      Environment: { Variables: { BENCH_LOG: log.path } },
    }),
  );
  const { UUID = "" } = await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: "bench-noop",
      EventSourceArn: Attributes?.QueueArn,
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: WORKERS },
    }),
  );
  await untilEnabled(lambda, UUID);
  const destroy = () => {
    sqs.destroy();
    lambda.destroy();
  };
  return { sqs, queueUrl: QueueUrl, log, destroy };
}

async function untilEnabled(lambda: LambdaClient, UUID: string): Promise<void> {
  const until = Date.now() + 20_000;
  while (Date.now() < until) {
    const { State } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
    if (State === "Enabled") return;
    await sleep(50);
  }
  throw new Error("The event source mapping was not enabled within 20 s.");
}
