import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startDev, startProject } from "../cli/harness.ts";
import { startOnTerminal } from "../cli/on-terminal.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { listenLocally } from "../helpers/listen.ts";

let folder: Folder;
let dev: RunningCommand;
let endpoint: string;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });
const FLAGS = ["--json", "--speed", "10"];

/** What AWS's own client sees. */
async function mapping() {
  const lambda = new LambdaClient(clientSettings(endpoint));
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  lambda.destroy();
  return EventSourceMappings[0];
}

beforeAll(async () => {
  ({ folder, dev, endpoint } = await startProject(PROJECT, FLAGS));
  // Only then is there a mapping that can be paused.
  await dev.waitFor(/"name":"my-app-local-worker","state":"ready"/);
});
afterAll(() => endProject({ folder, dev }));

describe("before a worker is built", () => {
  test("pause waits for it", async () => {
    const project = await startProject(PROJECT, FLAGS);
    try {
      // No function is ready yet, or has been for a moment only.
      const paused = await run(["pause", "--json"], { cwd: project.folder.dir });
      expect(paused.events.at(-1)).toMatchObject({ operation: "consumption", state: "disabled" });
    } finally {
      await endProject(project);
    }
  });

  test("pause does not wait for one that does not build, and says where to look", async () => {
    const project = await startProject({ ...PROJECT, "src/worker.ts": "export const handler = ;" }, FLAGS);
    try {
      await project.dev.waitFor(/"type":"function".*"state":"failed"/);
      const { exitCode, stderr } = await run(["pause"], { cwd: project.folder.dir });
      expect(exitCode).toBe(1);
      expect(stderr).toContain("from my-app-local-tasks yet: the worker is not built, or does not build.");
      expect(stderr).toContain("See what dev says of it");
      expect(stderr).not.toContain("Deploy");
      await project.folder.write(PROJECT);
      await project.dev.waitFor(/"name":"my-app-local-worker","state":"ready"/);
      const after = await run(["pause"], { cwd: project.folder.dir });
      expect(after.exitCode, after.stderr + project.dev.stdout()).toBe(0);
    } finally {
      await endProject(project);
    }
  });
});

describe("pause and resume", () => {
  test("nothing runs while paused, and everything after", async () => {
    const paused = await cli("pause", "--reason", "the model is down", "--json");
    expect(paused.exitCode).toBe(0);
    expect(paused.events.at(-1)).toMatchObject({
      operation: "consumption",
      action: "pause",
      state: "disabled",
      unchanged: false,
      mark: { paused: { reason: "the model is down", by: expect.stringContaining("@") } },
      resume: expect.stringMatching(/ resume$/),
    });
    expect(await mapping()).toMatchObject({ State: "Disabled" });
    const { taskId } = await submitted();
    // Longer than any task of this worker takes.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await cli("tasks", "show", taskId)).stdout).toMatch(/^status +accepted/m);
    const again = await cli("pause", "--json");
    expect(again.events.at(-1)).toMatchObject({ unchanged: true, mark: { paused: { reason: "the model is down" } } });
    const resumed = await cli("resume");
    expect(resumed.stdout).toContain("resumed, at most 5 at once");
    expect(await mapping()).toMatchObject({ State: "Enabled" });
    expect((await cli("watch", taskId)).exitCode).toBe(0);
    expect((await cli("resume", "--json")).events.at(-1)).toMatchObject({ unchanged: true, mark: {} });
  });

  test("every command that touches the stage says that it is paused, since when, by whom, why, and the way back", async () => {
    await cli("pause", "--reason", "the model is down");
    for (const argv of [["status"], ["submit", "hello"], ["tasks", "list"], ["dlq", "inspect"], ["logs"], ["smoke"]]) {
      const { stderr } = await cli(...argv);
      expect(stderr, argv.join(" ")).toMatch(
        /paused since \d{4}-\d\d-\d\d \d\d:\d\d UTC by \S+@\S+: the model is down/,
      );
      expect(stderr, argv.join(" ")).toContain("nothing is taken from its queue until: ai-pipeline resume");
    }
    expect((await cli("status", "--json")).events.find(({ type }) => type === "status")).toMatchObject({
      consumption: { paused: { reason: "the model is down" } },
      consumers: [{ state: "Disabled" }],
      drain: { state: "stopped" },
    });
    expect((await cli("status")).stdout).toMatch(/^by hand +paused since/m);
    const smoke = await cli("smoke");
    expect(smoke.exitCode).toBe(1);
    expect(smoke.stdout + smoke.stderr).toContain("nothing is taken");
    for (const argv of [["tasks", "list"], ["status"], ["dlq", "list"]]) {
      const { terminal, exit } = startOnTerminal(argv, { cwd: folder.dir });
      expect(await exit).toBe(0);
      await terminal.waitFor("the model is down");
    }
    await cli("resume");
    expect((await cli("tasks", "list")).stderr).toBe("");
  });

  test("dlq redrive refuses, unless it is said that it is known", async () => {
    await cli("submit", "fail", "--wait");
    const letters = async () =>
      (await cli("dlq", "list", "--json")).events.find(({ type }) => type === "dead-letter-queue");
    await expect.poll(letters, { timeout: 10_000 }).toMatchObject({ depth: { visible: 1 } });
    await cli("pause");
    const refused = await cli("dlq", "redrive", "--yes");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/The stage local of my-app is paused since .* Nothing was sent\./);
    expect(refused.stderr).toContain("Take messages again first: ai-pipeline resume");
    expect((await cli("dlq", "redrive", "--dry-run")).exitCode).toBe(0);
    expect((await cli("dlq", "redrive", "--yes", "--while-paused", "--json")).events.at(-1)).toMatchObject({
      moved: 1,
    });
    await cli("resume");
    await expect.poll(letters, { timeout: 10_000 }).toMatchObject({ depth: { visible: 1 } });
    // Somebody did it by other means: nothing is marked, and nothing would run all the same.
    const lambda = new LambdaClient(clientSettings(endpoint));
    const { UUID } = (await mapping()) ?? {};
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await expect.poll(mapping, { timeout: 10_000 }).toMatchObject({ State: "Disabled" });
    expect((await cli("dlq", "redrive", "--yes")).stderr).toContain("disabled by other means");
    await cli("resume");
    expect(await mapping()).toMatchObject({ State: "Enabled" });
    lambda.destroy();
  });

  test("on a terminal", async () => {
    for (const [argv, text] of [
      [["pause", "--reason", "lunch"], "paused: nothing is taken any more"],
      [["resume", "--max-concurrency", "3"], "resumed, at most 3 at once"],
      [["concurrency", "set", "configured"], "at most 5 at once"],
    ] as const) {
      const { terminal, exit } = startOnTerminal([...argv], { cwd: folder.dir });
      expect(await exit).toBe(0);
      await terminal.waitFor(text);
      await terminal.waitFor("stage local of my-app");
    }
  });
});

describe("concurrency", () => {
  test("is set on the mapping; the configured number takes the mark away", async () => {
    expect((await cli("concurrency", "set", "2", "--json")).events.at(-1)).toMatchObject({
      action: "limit",
      state: "enabled",
      maxConcurrency: 2,
      mark: { limited: { maxConcurrency: 2, configured: 5 } },
    });
    expect(await mapping()).toMatchObject({ ScalingConfig: { MaximumConcurrency: 2 } });
    expect((await cli("status")).stdout).toMatch(/^by hand +at most 2 at once, set .* by .* \(configured: 5\)/m);
    expect((await cli("concurrency", "set", "5", "--json")).events.at(-1)).toMatchObject({ mark: {} });
    const ssm = new SSMClient(clientSettings(endpoint));
    const Name = "/ai-pipeline/my-app/local/consumption";
    await expect(ssm.send(new GetParameterCommand({ Name }))).rejects.toMatchObject({ name: "ParameterNotFound" });
    ssm.destroy();
  });

  test.each(["1", "0", "1001", "two"])("%s is refused with what AWS takes, and what to do instead", async (n) => {
    for (const argv of [
      ["concurrency", "set", n],
      ["resume", "--max-concurrency", n],
    ]) {
      const { exitCode, stderr } = await cli(...argv);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("2 to 1000");
      expect(stderr).toContain("pause");
    }
  });
});

test("a restart of dev keeps both, and says so; the configuration may say otherwise meanwhile", async () => {
  await cli("concurrency", "set", "2");
  await cli("pause", "--reason", "night");
  await dev.waitFor('"reason":"night"');
  dev.interrupt();
  expect(await dev.exit).toBe(0);
  const config = PROJECT["ai-pipeline.config.ts"].replace(
    'app: "my-app",',
    'app: "my-app", worker: { maxConcurrency: 7 },',
  );
  await folder.write({ "ai-pipeline.config.ts": config });
  const alone = await cli("submit", "hello", "--wait");
  expect(alone.exitCode).toBe(1);
  expect(alone.stderr).toContain("The local stage is paused");
  ({ dev, endpoint } = await startDev(FLAGS, { cwd: folder.dir }));
  expect(dev.events()[0]).toMatchObject({
    type: "ready",
    consumption: { paused: { reason: "night" }, limited: { maxConcurrency: 2, configured: 7 } },
  });
  await expect
    .poll(mapping, { timeout: 20_000 })
    .toMatchObject({ State: "Disabled", ScalingConfig: { MaximumConcurrency: 2 } });
  const resumed = await cli("resume", "--max-concurrency", "configured");
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(await mapping()).toMatchObject({ State: "Enabled", ScalingConfig: { MaximumConcurrency: 7 } });
});

describe("what may go wrong", () => {
  test("an earlier change goes on: it is tried again", async () => {
    await using gate = await standingBefore((method, count) =>
      method === "PUT" && count === 1 ? { status: 409, type: "ResourceInUseException" } : undefined,
    );
    const { exitCode, stdout, stderr } = await cli("pause", "--endpoint-url", gate.url);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain("paused");
    await cli("resume");
  });

  test("a permission is missing: it is named, and the mark is taken back", async () => {
    await using gate = await standingBefore((method) =>
      method === "PUT" ? { status: 403, type: "AccessDeniedException" } : undefined,
    );
    const { exitCode, stderr } = await cli("pause", "--endpoint-url", gate.url);
    expect(exitCode, stderr).toBe(5);
    expect(stderr).toContain("You may not call lambda:UpdateEventSourceMapping");
    expect((await cli("tasks", "list")).stderr).toBe("");
  });
});

async function submitted(): Promise<{ taskId: string }> {
  const { events } = await cli("submit", "hello", "--json");
  return { taskId: String(events.at(-1)?.["taskId"]) };
}

/** Stands before the stack and answers some requests itself. */
async function standingBefore(
  answer: (method: string, count: number) => { status: number; type: string } | undefined,
): Promise<AsyncDisposable & { url: string }> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const forward = async () => {
      const { method = "GET", url = "/" } = request;
      const body = await buffer(request);
      const count = (counts.get(method) ?? 0) + 1;
      counts.set(method, count);
      const refused = url.includes("event-source-mappings") ? answer(method, count) : undefined;
      if (refused) {
        response.writeHead(refused.status, { "content-type": "application/json", "x-amzn-errortype": refused.type });
        return response.end('{"Message":"no"}');
      }
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === "string" && !/^(host|connection|content-length|transfer-encoding)$/.test(name)
          ? [[name, value]]
          : [],
      );
      const forwarded = await fetch(`${endpoint}${url}`, {
        method,
        headers,
        ...(method === "GET" ? {} : { body }),
      });
      response.writeHead(forwarded.status, Object.fromEntries(forwarded.headers));
      response.end(Buffer.from(await forwarded.arrayBuffer()));
    };
    forward().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  const close = () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
  return { url, [Symbol.asyncDispose]: close };
}
