import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { spawn } from "node:child_process";
import { mkdtemp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BenchContext } from "../context.ts";
import { createHandlerLog } from "../handler-log.ts";
import { HANDLER, type NoopFunction } from "../noop-function.ts";
import { freePort, track } from "../../scripts/peers/server.ts";
import { plainEnv } from "../../scripts/peers/spawn.ts";
import { startElasticMq } from "../../scripts/peers/elasticmq.ts";
import { installFromNpm } from "./npm-tools.ts";

const SPECS = ["serverless@3.40.0", "serverless-offline@13.9.0", "serverless-offline-sqs@8.0.0"];
export const SERVERLESS_OFFLINE = "serverless-offline-sqs 8.0.0 on ElasticMQ, one worker (it has no more)";

/** The Serverless Framework's local Lambda, which polls a queue of ElasticMQ. Ready when a first message was handled. */
export async function startServerlessOffline(
  context: BenchContext,
): Promise<{ noop: NoopFunction; close(): Promise<void> }> {
  const modules = join(await installFromNpm(context, SPECS), "node_modules");
  const queue = await startElasticMq(context);
  const sqs = new SQSClient({
    endpoint: queue.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const dir = await mkdtemp(join(context.scratch, "serverless-"));
  const log = createHandlerLog(join(dir, "starts.log"));
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "bench-noop" }));
  await symlink(modules, join(dir, "node_modules"));
  await writeFile(join(dir, "package.json"), '{ "private": true }\n');
  await writeFile(join(dir, "index.mjs"), HANDLER);
  await writeFile(join(dir, "serverless.json"), JSON.stringify(await service(queue.endpoint, log.path)));
  const server = track(
    spawn(process.execPath, [join(modules, "serverless", "bin", "serverless.js"), "offline", "start"], {
      cwd: dir,
      env: plainEnv({ SLS_TELEMETRY_DISABLED: "1", SLS_NOTIFICATIONS_MODE: "off", SLS_DEPRECATION_DISABLE: "*" }),
      stdio: "ignore",
      detached: true,
    }),
  );
  const close = async () => {
    await server.close();
    await queue.close();
  };
  try {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "first" }));
    await log.waitFor(1, 60_000);
  } catch (error) {
    await close();
    throw error;
  }
  log.forget();
  return { noop: { sqs, queueUrl: QueueUrl, log, destroy: () => sqs.destroy() }, close };
}

async function service(endpoint: string, log: string): Promise<object> {
  const [httpPort, lambdaPort, albPort] = [await freePort(), await freePort(), await freePort()];
  return {
    service: "bench",
    frameworkVersion: "3",
    provider: { name: "aws", runtime: "nodejs20.x", region: "us-east-1", environment: { BENCH_LOG: log } },
    plugins: ["serverless-offline-sqs", "serverless-offline"],
    custom: {
      "serverless-offline": { host: "127.0.0.1", httpPort, lambdaPort, albPort, reloadHandler: false },
      "serverless-offline-sqs": {
        endpoint,
        region: "us-east-1",
        accessKeyId: "test",
        secretAccessKey: "test",
      },
    },
    functions: {
      noop: {
        handler: "index.handler",
        events: [{ sqs: { arn: "arn:aws:sqs:us-east-1:000000000000:bench-noop", batchSize: 1 } }],
      },
    },
  };
}
