import { SQSClient } from "@aws-sdk/client-sqs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { BenchContext } from "../context.ts";
import { createHandlerLog } from "../handler-log.ts";
import { WORKERS } from "../noop-function.ts";
import { untilFirstLine } from "../../scripts/peers/server.ts";
import { makeProject, startDev } from "./ours.ts";

const readyLine = z.object({ type: z.literal("ready"), queue: z.string() });

/** `dev` with a worker of `defineWorker` that does nothing but to note its start. */
export async function startWorkerProject(context: BenchContext) {
  const log = createHandlerLog(join(await mkdtemp(join(context.scratch, "handler-")), "starts.log"));
  const dir = await makeProject(context, { "src/worker.ts": worker(log.path), "ai-pipeline.config.ts": CONFIG });
  const server = await startDev(context, dir);
  const ready = readyLine.parse(JSON.parse((await untilFirstLine(server)).text));
  const sqs = new SQSClient({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  return {
    sqs,
    queueUrl: ready.queue,
    log,
    body: (index: number) => JSON.stringify({ taskId: `message-${index}`, userId: "bench", prompt: "none" }),
    async close() {
      sqs.destroy();
      await server.close();
    },
  };
}

const CONFIG = `import { defineConfig } from "ai-pipeline";

export default defineConfig({ app: "bench", worker: { timeout: 50, maxConcurrency: ${WORKERS} } });
`;

const worker = (log: string) => `import { appendFileSync } from "node:fs";
import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  run(task) {
    appendFileSync(${JSON.stringify(log)}, task.taskId + " " + process.hrtime.bigint() + "\\n");
    return "done";
  },
});
`;
