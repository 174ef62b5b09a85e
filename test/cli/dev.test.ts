import { readFile, stat } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { text as readAll } from "node:stream/consumers";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listenLocally } from "../helpers/listen.ts";
import {
  endProject,
  type Folder,
  makeFolder,
  PROJECT,
  run,
  type RunningCommand,
  start,
  startProject,
} from "./harness.ts";

let folder: Folder;
let dev: RunningCommand;
let endpoint: string;

const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });
const taskIdOf = (events: Record<string, unknown>[]) =>
  String(events.find(({ type }) => type === "submitted")?.["taskId"]);

beforeAll(async () => {
  ({ folder, dev, endpoint } = await startProject(PROJECT, ["--json", "--speed", "10"]));
});

afterAll(async () => {
  await endProject({ folder, dev });
  expect(dev.events().at(-1)).toMatchObject({ type: "summary", operation: "dev" });
});

/** Stands before the stack as IAM does before a stage whose secrets the caller may not read. */
async function refuseSecrets(target: string): Promise<AsyncDisposable & { url: string }> {
  const server = createHttpServer((request, response) => {
    const forward = async () => {
      const body = await readAll(request);
      if (body.includes("STAGE_TOKEN")) {
        response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
        return response.end(
          '{"__type":"AccessDeniedException","message":"not authorized to perform ssm:GetParameter"}',
        );
      }
      const headers = Object.entries(request.headers).filter(([name]) =>
        /^(x-amz|authorization|content-type)/.test(name),
      );
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? "POST",
        headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
        ...(body === "" ? {} : { body }),
      });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
      response.end(await answer.text());
    };
    forward().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  return {
    url,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

describe("dev", () => {
  test("tells where it listens in its first line, and to the project in a file nobody else can read", async () => {
    expect(dev.events()[0]).toMatchObject({
      v: 1,
      type: "ready",
      app: "my-app",
      stage: "local",
      offline: true,
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      token: expect.stringMatching(/^dev_/),
      webhookSecret: expect.stringMatching(/^whsec_/),
    });
    const path = join(folder.dir, ".ai-pipeline/local/dev.json");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ endpoint, pid: process.pid, kind: "dev" });
  });

  test("a second one in the same project is refused", async () => {
    const { exitCode, stderr } = await cli("dev", "--headless", "--port", "0");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`dev already runs in this project, at ${endpoint}`);
  });

  test("the curl it would print works as it stands", async () => {
    const ready = dev.events()[0];
    const answer = await fetch(`${endpoint}/tasks`, {
      method: "POST",
      headers: { authorization: `Bearer ${String(ready?.["token"])}` },
      body: '{"prompt":"by curl"}',
    });
    expect(answer.status).toBe(202);
  });

  test("tells a task whole that came in the moment it was ready", async () => {
    await using other = await makeFolder(PROJECT);
    const early = start(["dev", "--headless", "--json", "--port", "0"], { cwd: other.dir });
    try {
      await early.waitFor('"type":"ready"');
      const { endpoint: url, token } = early.events()[0] ?? {};
      const answer = await fetch(`${String(url)}/tasks`, {
        method: "POST",
        headers: { authorization: `Bearer ${String(token)}` },
        body: '{"prompt":"early"}',
      });
      expect(answer.status).toBe(202);
      await early.waitFor('"type":"completed"');
      const told = early.events().filter((event) => typeof event["seq"] === "number");
      expect(told.map(({ type }) => type)).toEqual(["accepted", "started", "completed"]);
      expect(told.at(-1)).toMatchObject({ result: expect.any(String) });
    } finally {
      early.interrupt();
      expect(await early.exit).toBe(0);
    }
  });

  test("a port that was asked for and is taken is an error", async () => {
    await using other = await makeFolder(PROJECT);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address ? String(address.port) : "";
    try {
      const { exitCode, stderr } = await run(["dev", "--headless", "--port", port], { cwd: other.dir });
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`Error: Port ${port} cannot be used: something else listens there.`);
      expect(stderr).toContain("--port 0");
    } finally {
      taken.close();
    }
  });

  test("a fault that cannot be is refused before anything starts", async () => {
    await using other = await makeFolder(PROJECT);
    const { exitCode, stderr } = await run(["dev", "--headless", "--port", "0", "--fault", "modle:429"], {
      cwd: other.dir,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("modle:429");
  });
});

describe("submit", () => {
  test("without a wait prints the task's id", async () => {
    const { exitCode, stdout } = await cli("submit", "hello");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/);
  });

  test("as NDJSON: versioned events from the stage to the summary", async () => {
    const { events, stderr } = await cli(
      "submit",
      "ask me",
      "--watch",
      "--json",
      "--metadata",
      "colour=red",
      "--metadata",
      "n=3",
    );
    expect(stderr).toBe("");
    expect(events.every(({ v }) => v === 1)).toBe(true);
    const types = events.map(({ type }) => type).filter((type) => type !== "token" && type !== "connection");
    expect(types).toEqual(["stage", "submitted", "accepted", "started", "completed", "summary"]);
    const tokens = events.filter(({ type }) => type === "token").map(({ delta }) => String(delta));
    const summary = events.at(-1);
    expect(tokens.join("")).toBe(summary?.["result"]);
    expect(summary).toMatchObject({ operation: "submit", status: "completed", offline: true, costUsd: 0, exitCode: 0 });
    const [shown] = (await cli("tasks", "show", taskIdOf(events), "--json")).events;
    expect(shown).toMatchObject({ type: "task-detail", record: { task: { metadata: { colour: "red", n: 3 } } } });
  });

  test("reads stdin, a file, and a text that begins with @", async () => {
    await folder.write({ "prompt.txt": "from a file" });
    expect((await run(["submit", "-", "--wait"], { cwd: folder.dir, stdin: "from stdin" })).stdout).toBe(
      "echo: from stdin\n",
    );
    expect((await cli("submit", "@prompt.txt", "--wait")).stdout).toBe("echo: from a file\n");
    expect((await cli("submit", "@@home", "--wait")).stdout).toBe("echo: @home\n");
    const missing = await cli("submit", "@nowhere.txt");
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain("The file nowhere.txt cannot be read: it does not exist.");
  });

  test("the same id is the same task", async () => {
    const argv = ["submit", "once", "--task-id", "same-task-0001", "--wait", "--json"];
    const first = await cli(...argv);
    const second = await cli(...argv);
    expect(second.events.find(({ type }) => type === "submitted")).toMatchObject({
      taskId: "same-task-0001",
      duplicate: true,
    });
    expect(second.events.at(-1)?.["result"]).toBe(first.events.at(-1)?.["result"]);
    const other = await cli("submit", "twice", "--task-id", "same-task-0001");
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toContain("belongs to another task");
  });

  test("past the API, the queue's task has the same story", async () => {
    const { events } = await cli("submit", "past the API", "--via", "queue", "--wait", "--json");
    expect(events.at(-1)).toMatchObject({ status: "completed", result: "echo: past the API" });
    const [direct] = (await cli("tasks", "show", taskIdOf(events), "--json")).events;
    const api = await cli("submit", "by the API", "--wait", "--json");
    const [viaApi] = (await cli("tasks", "show", taskIdOf(api.events), "--json")).events;
    const shape = (event: Record<string, unknown> | undefined) => {
      const { record, events: story } = event ?? {};
      const keys = (value: unknown) => Object.keys(Object(value) as object).toSorted();
      return { record: keys(record), events: Array.isArray(story) ? story.map(keys) : [] };
    };
    expect(shape(direct)).toEqual(shape(viaApi));
    expect(
      (await cli("tasks", "list", "--json")).events.some(({ task }) => JSON.stringify(task).includes("past the API")),
    ).toBe(true);
  });

  test("uploads a document and refers to it", async () => {
    await folder.write({ "notes.md": "# Notes\n" });
    const { events, exitCode } = await cli("submit", "read", "--doc", "notes.md", "--json");
    expect(exitCode).toBe(0);
    const uploaded = events.find(({ type }) => type === "uploaded");
    expect(uploaded).toMatchObject({
      path: "notes.md",
      bytes: 8,
      reference: expect.stringMatching(/^s3:\/\/my-app-local-documents-000000000000\/documents\/.+\/notes\.md$/),
    });
    const [shown] = (await cli("tasks", "show", taskIdOf(events), "--json")).events;
    expect(shown).toMatchObject({ record: { task: { documentReference: uploaded?.["reference"] } } });
  });

  test.each<[string, string[], string]>([
    ["a document that is not there", ["--doc", "nowhere.pdf"], "The document nowhere.pdf does not exist."],
    [
      "a bucket the configuration does not name",
      ["--doc", "s3://theirs/report.pdf"],
      "names the bucket theirs, which this stage does not read",
    ],
    ["a callback that the stage does not call", ["--callback", "http://example.com/"], "callbackUrl"],
  ])("%s is refused", async (_name, flags, message) => {
    const { exitCode, stdout, stderr } = await cli("submit", "hello", ...flags);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("a task over the limit is refused with the way out", async () => {
    const { exitCode, stderr } = await run(["submit", "-"], { cwd: folder.dir, stdin: "x".repeat(300_000) });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/The task is 300,\d+ bytes; the queue takes 262,144\./);
    expect(stderr).toContain("--doc FILE");
  });

  test("Ctrl-C on a follow leaves the task alone and says how to return", async () => {
    const running = start(["submit", "wait", "--watch"], { cwd: folder.dir });
    await running.waitFor("started, attempt 1");
    running.interrupt();
    expect(await running.exit).toBe(130);
    const [, taskId] =
      /detached; the task goes on\. Return with:\n {2}ai-pipeline watch (\S+)/.exec(running.stderr()) ?? [];
    expect(taskId).toMatch(/^[0-9a-f-]{36}$/);
    const cancelled = await cli("tasks", "cancel", String(taskId));
    expect(cancelled.stdout).toBe(`${taskId} cancelled\n`);
    expect((await cli("watch", String(taskId))).exitCode).toBe(3);
  });
});

describe("AI_PIPELINE_TOKEN", () => {
  const withToken = (token: string, ...argv: string[]) =>
    run(argv, { cwd: folder.dir, env: { AI_PIPELINE_TOKEN: token } });

  test.each([
    [["submit", "hello"]],
    [["submit", "hello", "--watch"]],
    [["submit", "hello", "--via", "queue", "--wait"]],
    [["watch"]],
    [["watch", "some-task-of-it"]],
    [["tasks", "cancel", "some-task-of-it"]],
  ])("%j: a wrong one exits with 5 and tells where it came from", async (argv) => {
    const { exitCode, stdout, stderr } = await withToken("not-the-token", ...argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: "" });
    expect(stderr).toMatch(/^ {2}at AI_PIPELINE_TOKEN, sent to (http|ws):/m);
    expect(stderr).toContain(
      "The token came from AI_PIPELINE_TOKEN: set that to a token of the stage local, or unset it",
    );
    expect(stderr).not.toContain("not-the-token");
  });

  test("a batch ends at the first refusal: no line can do better", async () => {
    await folder.write({ "refused.jsonl": '{"prompt":"a"}\n{"prompt":"b"}\n' });
    const { exitCode, stderr } = await withToken("not-the-token", "submit", "--batch", "refused.jsonl");
    expect(exitCode).toBe(5);
    expect(stderr).toContain("AI_PIPELINE_TOKEN");
  });

  test("smoke names it in the hop that fails", async () => {
    const { exitCode, stdout } = await withToken("not-the-token", "smoke");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^failed {3}accepted .*AI_PIPELINE_TOKEN/m);
  });

  test("wins over the stage's own, which then need not be readable", async () => {
    const token = String(dev.events()[0]?.["token"]);
    await using guard = await refuseSecrets(endpoint);
    const argv = ["submit", "hello", "--wait", "--endpoint-url", guard.url];
    const without = await cli(...argv);
    expect(without.exitCode).toBe(5);
    expect(without.stderr).toContain("You may not call ssm:GetParameter on this stage.");
    expect(await withToken(` ${token}\n`, ...argv)).toMatchObject({ exitCode: 0, stdout: "echo: hello\n" });
  });

  test.each(["", "  "])("empty (%j) is as if it were not set", async (token) => {
    expect((await withToken(token, "submit", "hello", "--wait")).stdout).toBe("echo: hello\n");
  });

  test("one that no header can carry is refused before anything is sent, and not told", async () => {
    const { exitCode, stderr } = await withToken("se cret\u00e9", "submit", "hello");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("The token in AI_PIPELINE_TOKEN holds characters that a token cannot have.");
    expect(stderr).not.toContain("cret");
  });
});

describe("submit --batch", () => {
  test("a malformed line names its number, and the others run", async () => {
    await folder.write({
      "tasks.jsonl": [
        '{"prompt":"one"}',
        "{oops",
        "",
        '{"prompt":"fail"}',
        '{"promt":"x"}',
        "[1]",
        '{"prompt":"two","userId":"ann"}',
      ].join("\n"),
    });
    const { exitCode, events } = await cli(
      "submit",
      "--batch",
      "tasks.jsonl",
      "--wait",
      "--concurrency",
      "3",
      "--json",
    );
    const lines = (type: string) => events.filter((event) => event["type"] === type).map(({ line }) => line);
    expect(events.find(({ type }) => type === "batch")).toMatchObject({ total: 6, concurrency: 3, wait: true });
    expect(lines("line-invalid").toSorted()).toEqual([2, 5, 6]);
    expect(lines("line-ended").toSorted()).toEqual([1, 4, 7]);
    expect(events.at(-1)).toMatchObject({
      operation: "batch",
      read: 6,
      submitted: 3,
      completed: 2,
      failed: 1,
      rejected: 3,
      exitCode: 3,
      causes: expect.arrayContaining([
        expect.objectContaining({ cause: "NOT_JSON", message: "not JSON", count: 1, lines: [2] }),
        expect.objectContaining({ cause: "UNKNOWN_FIELD", count: 1, lines: [5] }),
        expect.objectContaining({ cause: "NOT_AN_OBJECT", count: 1, lines: [6] }),
        expect.objectContaining({ message: "TypeError: asked to fail", count: 1, lines: [4] }),
      ]),
    });
    expect(exitCode).toBe(3);
  });

  test("as text: the lines at fault on stderr, the summary on stdout", async () => {
    await folder.write({
      "some.jsonl":
        '\uFEFF{"prompt":"a"}\n{nope\n{"prompt":"b","promt":1}\nnor this\n{"prompt":" "}\n{"prompt":"c","promt":2}\n',
    });
    const { exitCode, stdout, stderr } = await cli("submit", "--batch", "some.jsonl", "--wait", "--concurrency", "1");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^line 2: not JSON: Expected property name/m);
    expect(stderr).toMatch(/^line 4: not JSON: Unexpected token/m);
    expect(stdout).toContain("6 read, 1 accepted, 5 rejected");
    expect(stdout).toMatch(/completed in {2}p50 .*, p95 /);
    const [, causes] = stdout.split("failures by cause\n");
    expect(causes).toMatchInlineSnapshot(`
      "  2 x NOT_JSON: not JSON (lines 2, 4)
        2 x UNKNOWN_FIELD: unknown field "promt"; a task has taskId, userId, prompt, documentReference, callbackUrl, input, metadata (lines 3, 6)
        1 x NO_PROMPT: no "prompt", or one that is not text (line 5)
      "
    `);
  });

  test.each<[string, string, string]>([
    ["an empty file", "empty.jsonl", ""],
    ["a file of blank lines", "blank.jsonl", "\n  \n\t\r\n"],
    ["a stdin that holds nothing", "-", ""],
    ["a stdin of blank lines", "-", "\n\n"],
  ])("%s is a usage error with the next step", async (_name, file, content) => {
    if (file !== "-") await folder.write({ [file]: content });
    const { exitCode, stdout, stderr } = await run(["submit", "--batch", file], { cwd: folder.dir, stdin: content });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(`Error: ${file === "-" ? "stdin" : `The batch ${file}`} holds no task.`);
    expect(stderr).toContain('Write one task a line, such as {"prompt": "..."}');
  });

  test("from stdin, and a file that is not there", async () => {
    const { events } = await run(["submit", "--batch", "-", "--json"], {
      cwd: folder.dir,
      stdin: '{"prompt":"x"}\n{"prompt":"y"}\n',
    });
    expect(events.at(-1)).toMatchObject({ read: 2, submitted: 2, exitCode: 0 });
    expect((await cli("submit", "--batch", "nowhere.jsonl")).stderr).toContain(
      "The batch nowhere.jsonl does not exist.",
    );
  });
});

describe("watch and tasks", () => {
  test("watch replays a task that has ended", async () => {
    const { events } = await cli("submit", "again", "--wait", "--json");
    const watched = await cli("watch", taskIdOf(events));
    expect(watched).toMatchObject({ exitCode: 0, stdout: "echo: again\n" });
    expect(watched.stderr).toContain("accepted\nstarted, attempt 1");
  });

  test("watch of everything is left by Ctrl-C with 0", async () => {
    const running = start(["watch"], { cwd: folder.dir });
    await running.waitFor("watching all tasks");
    // The subscription is there when another task shows up.
    await expect
      .poll(async () => (await cli("submit", "seen", "--wait"), running.stdout()), { timeout: 10_000 })
      .toContain("completed");
    running.interrupt();
    expect(await running.exit).toBe(0);
  });

  test("a time limit ends the watch of a task with 4, and leaves the task alone; of everything with 0", async () => {
    const taskId = (await cli("submit", "wait")).stdout.trim();
    const one = await cli("watch", taskId, "--timeout", "1s");
    expect(one).toMatchObject({ exitCode: 4, stdout: "" });
    expect(one.stderr).toContain("no end within the timeout: running, attempt 1");
    expect((await cli("watch", "--timeout", "500ms")).exitCode).toBe(0);
    expect((await cli("watch", taskId, "--timeout", "soon")).exitCode).toBe(2);
    expect((await cli("tasks", "show", taskId)).stdout).toMatch(/^status +running$/m);
    expect((await cli("tasks", "cancel", taskId)).exitCode).toBe(0);
  });

  test("a task that is not there", async () => {
    for (const argv of [
      ["watch", "no-such-task"],
      ["tasks", "show", "no-such-task"],
      ["tasks", "cancel", "no-such-task"],
    ]) {
      const { exitCode, stderr } = await cli(...argv);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("no-such-task");
    }
  });

  test("tasks list pages from the newest", async () => {
    const first = await cli("tasks", "list", "--limit", "2", "--json");
    const cursor = String(first.events.at(-1)?.["cursor"]);
    const second = await cli("tasks", "list", "--limit", "2", "--cursor", cursor, "--json");
    const ids = [...first.events, ...second.events]
      .filter(({ type }) => type === "task")
      .map(({ task }) => Object(task) as { taskId: string; acceptedAt: string });
    expect(new Set(ids.map(({ taskId }) => taskId)).size).toBe(4);
    expect(ids.map(({ acceptedAt }) => acceptedAt)).toEqual(
      ids
        .map(({ acceptedAt }) => acceptedAt)
        .toSorted()
        .toReversed(),
    );
    expect((await cli("tasks", "list", "--cursor", "nonsense")).exitCode).toBe(2);
  });
});

describe("an outage, from the first 429 to the last redriven task", () => {
  test("faults, dead letters, redrive", async () => {
    expect((await cli("faults", "set", "model:503=1")).stdout).toBe("model:503=1\n");
    const failed = await cli("submit", "ask during the outage", "--wait");
    expect(failed.exitCode).toBe(3);
    const queues = await cli("dlq", "list", "--json");
    expect(queues.events.find(({ type }) => type === "dead-letter-queue")).toMatchObject({
      name: "my-app-local-tasks-dlq",
      sources: ["my-app-local-tasks"],
      oldestSeconds: expect.any(Number),
      expiresInSeconds: expect.any(Number),
      unknown: {},
    });
    expect(queues.events.at(-1)).toMatchObject({ operation: "dlq-list", queues: 1 });
    const listed = await cli("dlq", "inspect", "--letters", "--json");
    expect(listed.events.at(-1)).toMatchObject({ operation: "dlq-inspect", by: "records" });
    expect(listed.events.at(-1)).not.toHaveProperty("scan");
    const letter = listed.events.find(({ prompt }) => prompt === "ask during the outage");
    expect(letter).toMatchObject({ attempts: 3, cause: { status: 503, permanent: false } });
    const fingerprint = String(Object(letter?.["cause"]).fingerprint);
    expect(listed.events.filter(({ type }) => type === "group")).toContainEqual(
      expect.objectContaining({ cause: expect.objectContaining({ fingerprint }), count: expect.any(Number) }),
    );
    // The messages tell the same as the records.
    const seen = async () => {
      const { events } = await cli("dlq", "inspect", "--scan", "--letters", "--json");
      return events.find(({ prompt }) => prompt === "ask during the outage");
    };
    // A message joins the dead letters at its next receive, a moment after its task has ended.
    const found = { taskId: letter?.["taskId"], cause: { fingerprint }, attempts: 3 };
    await expect.poll(seen, { timeout: 10_000 }).toMatchObject(found);
    const detail = await cli("dlq", "show", String(letter?.["taskId"]), "--json");
    expect(detail.events[0]).toMatchObject({ type: "letter-detail", cause: { fingerprint }, attempts: [{}, {}, {}] });
    expect(detail.events[0]).not.toHaveProperty("messageId");
    expect((await cli("faults", "set", "modle:1")).exitCode).toBe(2);
    expect((await cli("faults", "clear")).exitCode).toBe(0);
    expect((await cli("faults", "list")).stdout).toBe("");
    const none = await cli("dlq", "redrive", "--yes", "--error", "no such error", "--json");
    expect(none.events.find(({ type }) => type === "mover")).toMatchObject({ by: "client" });
    expect(none.events.at(-1)).toMatchObject({ moved: 0, exitCode: 0 });
    expect((await cli("dlq", "redrive", "--resume")).stderr).toContain("There is no move to go on with");
    const id = String(listed.events.find(({ prompt }) => prompt === "ask during the outage")?.["taskId"]);
    const one = await cli("dlq", "redrive", "--yes", "--task", id, "--error", "503", "--wait", "--json");
    expect(one.events.filter(({ type }) => type === "redriven")).toMatchObject([{ taskId: id, status: "completed" }]);
    expect(one.events.at(-1)).toMatchObject({
      moved: 1,
      completed: 1,
      failed: 0,
      client: { refused: 0, undeleted: 0 },
    });
    await cli("faults", "set", "model:503=1");
    expect((await cli("submit", "ask during the second outage", "--wait")).exitCode).toBe(3);
    expect((await cli("submit", "ask during it, too", "--wait")).exitCode).toBe(3);
    await cli("faults", "clear");
    // Of two that are meant one goes: the other is not waited for. What other tests left there may be seen, too.
    const limited = await cli("dlq", "redrive", "--yes", "--error", "503", "--limit", "1", "--wait", "--json");
    expect(limited.events.at(-1)).toMatchObject({ moved: 1, completed: 1, failed: 0 });
    expect(limited.events.at(-1)?.["client"]).toMatchObject({ left: expect.toSatisfy((left) => Number(left) >= 1) });
    // A task that no attempt can mend stays, and it is said; --all takes it, too.
    expect((await cli("submit", "impossible", "--wait")).exitCode).toBe(3);
    const planned = await cli("dlq", "redrive", "--dry-run", "--json");
    expect(planned.events.find(({ type }) => type === "plan")).toMatchObject({
      permanent: 1,
      count: expect.any(Number),
      forecast: { concurrency: 5, drainMs: expect.any(Number), firstExpiry: expect.any(String) },
    });
    const refused = await cli("dlq", "redrive");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("1 stays that no attempt can mend to my-app-local-tasks (stage local of my-app");
    const kept = await cli("dlq", "redrive", "--error", "impossible", "--yes", "--json");
    expect(kept.events.at(-1)).toMatchObject({ moved: 0 });
    const mendable = await cli("dlq", "redrive", "--wait", "--yes", "--json");
    expect(mendable.events.find(({ type }) => type === "mover")).toMatchObject({ by: "client" });
    expect(mendable.events.at(-1)).toMatchObject({ client: { left: expect.toSatisfy((left) => Number(left) >= 1) } });
    const redriven = await cli("dlq", "redrive", "--all", "--wait", "--yes", "--json");
    expect(redriven.events.find(({ type }) => type === "mover")).toMatchObject({ by: "service" });
    const ended = redriven.events.filter(({ type }) => type === "redriven");
    expect(ended.some(({ status }) => status === "deadlettered")).toBe(true);
    expect(redriven.events.at(-1)).toMatchObject({ operation: "dlq-redrive", status: "COMPLETED" });
  });
});

describe("a stage that is not there", () => {
  test("not deployed", async () => {
    const { exitCode, stderr } = await cli(
      "tasks",
      "list",
      "--stage",
      "prod",
      "--app",
      "other",
      "--endpoint-url",
      endpoint,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`Error: The stage prod of other is not deployed at ${endpoint}.`);
    expect(stderr).toContain("/ai-pipeline/other/prod/outputs");
  });

  test("an endpoint where nothing listens", async () => {
    const { exitCode, stderr } = await cli(
      "tasks",
      "list",
      "--stage",
      "prod",
      "--app",
      "other",
      "--endpoint-url",
      "http://127.0.0.1:1",
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("http://127.0.0.1:1 cannot be reached: ECONNREFUSED.");
  });

  test("local, and no dev", async () => {
    await using other = await makeFolder(PROJECT);
    const { exitCode, stderr } = await run(["tasks", "list"], { cwd: other.dir });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("The local stage is not running.");
    expect(stderr).toContain("ai-pipeline dev");
  });
});
