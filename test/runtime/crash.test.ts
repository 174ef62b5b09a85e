import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../../src/client/index.ts";
import type { ResolvedConfig } from "../../src/contract/config.ts";
import type { FollowEvent } from "../../src/contract/ports.ts";
import type { LocalStack } from "../../src/local/stack.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

const root = join(import.meta.dirname, "../..");
const config: ResolvedConfig = {
  app: "crash",
  stage: "local",
  worker: { entry: "src/worker.ts", timeout: 2, memory: 256, environment: {}, maxConcurrency: 2 },
  api: { allowedOrigins: [] },
  queue: {
    maxAttempts: 3,
    batchSize: 1,
    batchWindow: 0,
    visibilityTimeout: 12,
    retention: 3_600,
    deadLetterRetention: 7_200,
    backoff: { base: 0, max: 0 },
  },
  model: { timeoutRatio: 0.8 },
  documents: { buckets: [] },
  webhooks: {},
  results: { ttlDays: 1 },
  logs: { retentionDays: 30 },
  alarms: { costPerHour: 10, messageAge: 900 },
  local: { port: 0, faults: [] },
};

describe.each([1, 60])("at speed %i", (speed) => {
  const dir = mkdtempSync(join(tmpdir(), "ai-pipeline-crash-"));
  let stack: LocalStack;
  beforeAll(async () => {
    mkdirSync(join(dir, "src"));
    writeFileSync(
      join(dir, config.worker.entry),
      `import { defineWorker } from "ai-pipeline/runtime";
     export const handler = defineWorker({
       async run(task, ctx) {
         if (ctx.attempt === 1) {
           ctx.token("half of it");
           if (task.prompt === "kill") process.kill(process.pid, "SIGKILL");
           if (task.prompt === "exit") process.exit(1);
           for (;;);
         }
         return { attempt: ctx.attempt };
       },
     });`,
    );
    const source = (path: string) => join(root, "src", path);
    stack = await startEmbeddedStack({
      speed,
      project: {
        dir,
        config,
        modules: {
          main: source("index.ts"),
          runtime: source("runtime/index.ts"),
          client: source("client/index.ts"),
          api: source("runtime/api/entry.ts"),
        },
        shell: {},
        watch: false,
      },
    });
  }, 60_000);
  afterAll(async () => {
    await stack.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it.concurrent.each(["kill", "exit", "hang"])(
    "a worker that dies by %s in mid-task leads to a retry and one result",
    { timeout: 60_000 },
    async (how) => {
      const client = createClient({ url: stack.endpoint, token: stack.deployment?.token ?? "" });
      const { taskId } = await client.submit({ prompt: how });
      const seen: FollowEvent[] = [];
      for await (const event of client.follow(taskId)) seen.push(event);
      const events = seen.filter((event) => "seq" in event);
      expect(events.map(({ type }) => type)).toEqual(["accepted", "started", "failed", "started", "completed"]);
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      expect(events[2]).toMatchObject({ error: { name: "AttemptLost" }, final: false });
      expect(events[4]).toMatchObject({ result: { attempt: 2 } });
    },
  );
});
