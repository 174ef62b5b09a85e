import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { systemClock } from "../../../contract/clock.ts";
import type { LocalContext, StackEvent } from "../../context.ts";
import { createKernel } from "../../kernel.ts";
import { createLogs, type LogsService } from "../../logs/index.ts";
import { createMappings, type Mappings } from "../../mapping/index.ts";
import { listen } from "../../server.ts";
import { createSqs, type SqsService } from "../../sqs/index.ts";
import { createLambda, type LambdaDeps, type LambdaService } from "../index.ts";

export interface TestStack {
  ctx: LocalContext;
  endpoint: string;
  lambda: LambdaService;
  logs: LogsService;
  sqs: SqsService;
  mappings: Mappings;
  events: StackEvent[];
  lambdaClient: LambdaClient;
  logsClient: CloudWatchLogsClient;
  /** Writes files to a new folder. */
  code(files: Record<string, string>): string;
  close(): Promise<void>;
}

type Options = Omit<LambdaDeps, "logs" | "stateDir"> & { speed?: number; stateDir?: string };

/** Lambda, its logs, queues and mappings on a free port, with real clients. */
export async function startTestStack(options: Options = {}): Promise<TestStack> {
  const { speed = 1, stateDir, ...deps } = options;
  const events: StackEvent[] = [];
  const kept = stateDir === undefined ? {} : { stateDir };
  const kernel = await createKernel({
    clock: systemClock,
    speed,
    random: Math.random,
    onEvent: (event) => events.push(event),
    ...kept,
  });
  const ctx = kernel.context;
  const logs = createLogs(ctx);
  const sqs = createSqs(ctx);
  const lambda = createLambda(ctx, { logs, ...deps, ...kept });
  const mappings = createMappings(ctx, { host: lambda, source: (arn) => sqs.source(arn) });
  lambda.useMappings(mappings);
  const server = await listen({
    port: 0,
    route: (exchange) => {
      const target = String(exchange.req.headers["x-amz-target"] ?? "");
      if (target.startsWith("Logs_")) return logs.handle(exchange);
      return target.startsWith("AmazonSQS") ? sqs.handle(exchange) : lambda.handle(exchange);
    },
  });
  kernel.setEndpoint(server.endpoint);
  const settings = {
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
    disableHostPrefix: true,
  };
  const lambdaClient = new LambdaClient(settings);
  const logsClient = new CloudWatchLogsClient(settings);
  const folders: string[] = [];
  return {
    ctx,
    endpoint: server.endpoint,
    lambda,
    logs,
    sqs,
    mappings,
    events,
    lambdaClient,
    logsClient,
    code(files) {
      const folder = mkdtempSync(join(tmpdir(), "ai-pipeline-code-"));
      folders.push(folder);
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      return folder;
    },
    async close() {
      lambdaClient.destroy();
      logsClient.destroy();
      await mappings.close();
      await lambda.close();
      await sqs.close();
      logs.close();
      await server.close();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @returns what a payload says. */
export function parsed(payload: Uint8Array | undefined): unknown {
  return JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
}

/** Whether a process lives; one that only waits for its exit status to be read does not. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z");
  } catch {
    return false;
  }
}
