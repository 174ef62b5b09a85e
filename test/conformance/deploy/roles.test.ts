import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMiniStack } from "../../../scripts/peers/ministack.ts";
import type { RunningServer } from "../../../scripts/peers/server.ts";
import { makeFolder, PROJECT, run } from "../../cli/harness.ts";
import { leaveUnheard } from "../pipeline/unheard.ts";
import { describeWith, peerContext } from "../tools.ts";

/** The account's root, as MiniStack has it; the functions have their roles. */
const ROOT = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" };

/** Reads its document, and returns more than a record holds. */
const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task, ctx) {
    if (task.prompt === "fail") throw Object.assign(new TypeError("asked to fail"), { permanent: true });
    if (task.prompt === "wait") await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
    await ctx.progress("reading");
    const document = await ctx.document();
    const text = document ? Buffer.from(await document.bytes()).toString() : "nothing";
    return text + ":" + "x".repeat(300_000);
  },
});
`;

describeWith("ministack", () => {
  let server: RunningServer;
  let lambda: LambdaClient;
  const before = Object.fromEntries(Object.keys(ROOT).map((name) => [name, process.env[name]]));
  beforeAll(async () => {
    Object.assign(process.env, ROOT);
    server = await startMiniStack(peerContext(), { AUTH: "true" });
    lambda = new LambdaClient({ endpoint: server.endpoint });
  });
  afterAll(async () => {
    lambda?.destroy();
    await server?.close();
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  test("each function's role suffices for what it does, under an IAM that is asked", { timeout: 300_000 }, async () => {
    await using folder = await makeFolder({
      ...PROJECT,
      "ai-pipeline.config.ts": `export default {
        app: "roles", worker: { timeout: 20, environment: { MODEL_PROVIDER: "none" } }, queue: { backoff: { base: 0, max: 0 } } };`,
      "src/worker.ts": WORKER,
      "report.txt": "the report",
    });
    const cli = (...argv: string[]) =>
      run([...argv, "--endpoint-url", server.endpoint], { cwd: folder.dir, env: ROOT });
    const stage = (...argv: string[]) => cli(...argv, "--stage", "dev");
    await run(["init", ".", "--iac", "cloudformation"], { cwd: folder.dir });
    await amend(folder.dir);
    await cli("bootstrap", "--yes");
    expect((await stage("deploy", "--yes", "--json")).exitCode).toBe(0);

    const done = await stage("submit", "read", "--doc", join(folder.dir, "report.txt"), "--watch");
    expect({ ...done, stdout: done.stdout.slice(0, 12) }).toMatchObject({ exitCode: 0, stdout: "the report:x" });
    expect((await stage("submit", "fail", "--wait", "--json")).exitCode).toBe(3);
    const waiting = await stage("submit", "wait", "--json");
    const taskId = String(waiting.events.at(-1)?.["taskId"]);
    expect((await stage("tasks", "cancel", taskId)).exitCode).toBe(0);
    const credentials = { accessKeyId: ROOT.AWS_ACCESS_KEY_ID, secretAccessKey: ROOT.AWS_SECRET_ACCESS_KEY };
    const unheard = await leaveUnheard({ endpoint: server.endpoint, credentials, app: "roles", stage: "dev" });
    const reconciled = await lambda.send(new InvokeCommand({ FunctionName: "roles-dev-reconciler" }));
    expect(reconciled.FunctionError).toBeUndefined();
    // It has looked at the dead letters, and at the worker's log for the reason.
    expect((await stage("tasks", "show", unheard.taskId)).stdout).toMatch(/^status +deadlettered$/m);
    const logs = await stage("logs", "--since", "10m", "--raw");
    expect(logs.stdout).toContain("REPORT");
    expect(logs.stdout).not.toMatch(/not authorized|AccessDenied|could not be (looked at|read)/);

    // That IAM is asked at all: a role that lacks one permission fails by it.
    await amend(folder.dir, [["sqs:SendMessage", "sqs:ListQueueTags"]]);
    expect((await stage("deploy", "--yes", "--json")).exitCode).toBe(0);
    expect((await stage("submit", "again", "--json")).exitCode).toBe(1);
    expect((await stage("logs", "--since", "1m", "--raw")).stdout).toContain(
      "roles-dev-api is not authorized to perform: sqs:SendMessage",
    );
  });
});

/**
 * MiniStack speaks no TLS here, so that what demands it would refuse everything; and it asks for `ssm:GetParametersByPath` on
 * `*`, where AWS asks for it on the path (its service authorization reference).
 */
async function amend(dir: string, more: [string, string][] = []): Promise<void> {
  const file = join(dir, "infra/template.yaml");
  const text = await readFile(file, "utf8");
  const amended = more.reduce(
    (all, [from, to]) => all.replaceAll(from, to),
    text
      .replaceAll('"aws:SecureTransport": "false"', '"aws:SecureTransport": "never"')
      .replaceAll(
        /Resource:\n +- !Sub \S+parameter\/ai-pipeline\S+secrets\n +- !Sub \S+secrets\/\*\n/g,
        'Resource: "*"\n',
      ),
  );
  expect(amended).not.toBe(text);
  await writeFile(file, amended);
}
