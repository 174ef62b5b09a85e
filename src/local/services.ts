import { join } from "node:path";
import { createCloudWatch } from "./cloudwatch/index.ts";
import type { LocalContext } from "./context.ts";
import { createDynamoDb } from "./dynamodb/index.ts";
import { createFaults } from "./faults/index.ts";
import { createLambda } from "./lambda/index.ts";
import { createLogs } from "./logs/index.ts";
import { createMappings } from "./mapping/index.ts";
import { createModel } from "./model/index.ts";
import { createS3 } from "./s3/index.ts";
import { createSqs } from "./sqs/index.ts";
import { createSsm } from "./ssm/index.ts";
import { createSts } from "./sts/index.ts";

export type Services = ReturnType<typeof createServices>;

/** Makes every emulated service of one stack and joins them in process. */
export function createServices(
  ctx: LocalContext,
  options: { faults: string[]; stateDir?: string; allowedOrigins: string[] },
) {
  const faults = createFaults({ random: ctx.random, emit: ctx.emit, clock: ctx.clock, initial: options.faults });
  const logs = createLogs(ctx);
  const sqs = createSqs(ctx, { faults: { duplicateDelivery: faults.sqs } });
  const cloudwatch = createCloudWatch(ctx, { logs, queues: sqs.meters });
  const s3 = createS3(ctx, {
    allowedOrigins: options.allowedOrigins,
    ...(options.stateDir ? { dir: join(options.stateDir, "objects") } : {}),
  });
  const lambda = createLambda(ctx, {
    logs,
    objects: s3,
    metrics: cloudwatch.functions,
    faults: { beforeInvoke: faults.lambda },
    ...(options.stateDir ? { stateDir: options.stateDir } : {}),
  });
  const mappings = createMappings(ctx, {
    host: lambda,
    source: (arn) => sqs.source(arn),
    visibilityTimeout: (arn) => sqs.visibilityTimeout(arn),
    functionTimeout: (name) => lambda.get(name)?.definition.timeout,
  });
  lambda.useMappings(mappings);
  const dynamodb = createDynamoDb(ctx);
  const ssm = createSsm(ctx);
  const sts = createSts(ctx);
  const model = createModel(ctx, { faults: faults.model });
  return {
    faults,
    logs,
    sqs,
    cloudwatch,
    lambda,
    mappings,
    dynamodb,
    s3,
    ssm,
    sts,
    model,
    /** Consumers end before what they consume. */
    async close(): Promise<void> {
      await mappings.close();
      await lambda.close();
      for (const service of [model, sts, ssm, s3, dynamodb, cloudwatch, sqs, logs]) await service.close();
    },
  };
}
