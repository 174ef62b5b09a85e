import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, start, startProject } from "./harness.ts";

/** Short times, so that a hanging call, a lost attempt and a slow start are over soon. */
const CONFIG = `export default { app: "my-app", worker: { timeout: 3 }, queue: { visibilityTimeout: 18, backoff: { base: 0, max: 0 } } };\n`;
const SPEED = 10;

let folder: Folder;
let dev: RunningCommand;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });

beforeAll(async () => {
  ({ folder, dev } = await startProject({ ...PROJECT, "ai-pipeline.config.ts": CONFIG }, ["--speed", String(SPEED)]));
  // The worker is warm from here on.
  expect((await cli("submit", "ask me", "--wait")).exitCode).toBe(0);
});

afterEach(() => cli("faults", "clear"));

afterAll(() => endProject({ folder, dev }));

type Event = Record<string, unknown>;
const ofType = (events: Event[], type: string) => events.filter((event) => event["type"] === type);

/** What a fault looks like to whoever follows a task that completes in spite of it. */
interface Look {
  fault: string;
  /** Lines of the timeline. */
  lines: RegExp[];
  /** Of the task's `failed` events. */
  failed: object[];
}

const here = String.raw`\(a fault of the local stack\), next attempt in `;
const MODEL: Look[] = [
  {
    fault: "model:429",
    lines: [RegExp(`attempt 1 failed .*ModelError 429 Rate limit.*${here}`)],
    failed: [{ status: 429 }],
  },
  { fault: "model:503", lines: [RegExp(`attempt 1 failed .*ModelError 503 .*${here}`)], failed: [{ status: 503 }] },
  {
    fault: "model:5xx",
    lines: [RegExp(`attempt 1 failed .*ModelError .*50[023].*${here}`)],
    failed: [{ status: expect.any(Number) }],
  },
  {
    fault: "model:malformed",
    lines: [RegExp(`attempt 1 failed .*The model streamed something that is not JSON ${here}`)],
    failed: [{ name: "ModelError" }],
  },
  {
    fault: "model:cut",
    lines: [RegExp(`attempt 1 failed .*The connection to the model failed.* ${here}`)],
    failed: [{ name: "ModelError" }],
  },
  {
    fault: "model:hang",
    lines: [/attempt 1 failed after 2\.\d s: AttemptTimeout .*, next attempt in /],
    failed: [{ name: "AttemptTimeout" }],
  },
];

describe.each(MODEL)("$fault", ({ fault, lines, failed }) => {
  test("is told as text", async () => {
    await cli("faults", "set", `${fault}=next:1`);
    const { exitCode, stdout, stderr } = await cli("submit", `ask about ${fault}`, "--watch");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`about ${fault}`);
    const timeline = stderr.split("\n");
    for (const line of lines) expect(timeline).toContainEqual(expect.stringMatching(line));
    expect(stderr).toMatch(/^started, attempt 2, waited /m);
    await dev.waitFor(`fault ${fault}`);
  });

  test("is told as JSON", async () => {
    await cli("faults", "set", `${fault}=next:1`);
    const { exitCode, events } = await cli("submit", `ask about ${fault}`, "--watch", "--json");
    expect(exitCode).toBe(0);
    const errors = ofType(events, "failed").map(({ error }) => error);
    expect(errors).toEqual(failed.map((error) => expect.objectContaining(error)));
    expect(ofType(events, "started").map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(ofType(events, "completed")).toHaveLength(1);
  });
});

test("an outage is told as the refusals that it is, until it is over", async () => {
  await cli("faults", "set", "outage");
  const task = start(["submit", "ask in an outage", "--watch"], { cwd: folder.dir });
  await task.waitFor(/attempt 1 failed .*429/);
  await cli("faults", "set", "outage=off");
  await task.exit;
  expect(task.stderr()).toMatch(/attempt 1 failed .*ModelError 429 .*\(a fault of the local stack\)/);
});

test("lambda:throttle is told as the wait that it is: no attempt is lost to it", async () => {
  await cli("faults", "set", "lambda@worker:throttle=next:3");
  const { exitCode, stderr } = await cli("submit", "ask at a throttled worker", "--watch");
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^started, attempt 1, waited /m);
  expect(stderr).not.toContain("failed");
  await dev.waitFor("fault lambda:throttle: my-app-local-worker");

  await cli("faults", "set", "lambda@worker:throttle=next:3");
  const { events } = await cli("submit", "ask at a throttled worker", "--watch", "--json");
  expect(ofType(events, "started")).toMatchObject([{ attempt: 1 }]);
  expect(ofType(events, "failed")).toEqual([]);
});

test("lambda:slow is told as a longer wait", async () => {
  await cli("faults", "set", "lambda@worker:slow=next:2");
  const { exitCode, stderr } = await cli("submit", "hello, slow worker", "--watch");
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^started, attempt 1, waited /m);
  const { events } = await cli("submit", "hello, slow worker", "--watch", "--json");
  expect(ofType(events, "started")).toHaveLength(1);
  expect(Number(ofType(events, "started")[0]?.["queueWaitMs"])).toBeGreaterThanOrEqual(3000 / SPEED);
});

describe("lambda:crash", () => {
  test("in the midst of an attempt is told as an attempt without a word, and the next one goes on", async () => {
    await cli("faults", "set", "lambda@worker:crash=next:1");
    // It waits until it is told to stop, so that its process is killed at work.
    const task = start(["submit", "wait", "--watch", "--task-id", "crash-in-the-midst"], { cwd: folder.dir });
    await task.waitFor("started, attempt 2");
    await cli("tasks", "cancel", "crash-in-the-midst");
    expect(await task.exit).toBe(3);
    expect(task.stderr()).toMatch(/^attempt 1 failed after .*: AttemptLost The attempt ended without a word/m);
    const { stdout } = await cli("tasks", "show", "crash-in-the-midst", "--json");
    const { events }: { events: Event[] } = JSON.parse(stdout.split("\n")[0] ?? "");
    expect(ofType(events, "failed")).toMatchObject([{ attempt: 1, error: { name: "AttemptLost" } }]);
    await dev.waitFor("fault lambda:crash: my-app-local-worker");
  });

  test("as it answers loses the answer and nothing else", async () => {
    await cli("faults", "set", "lambda@worker:crash=next:1");
    const { exitCode, stdout, events } = await cli("submit", "hello, crash", "--watch", "--json");
    expect([exitCode, stdout.includes("echo: hello, crash")]).toEqual([0, true]);
    expect(ofType(events, "completed")).toHaveLength(1);
  });
});

test("an attempt whose receive brought nothing is named, where the next one begins", async () => {
  await cli("faults", "set", "lambda@worker:throttle");
  const task = start(["submit", "hello, throttles", "--watch"], { cwd: folder.dir });
  await task.waitFor("accepted in");
  // The message's visibility timeout ends while every call is refused.
  await expect
    .poll(
      async () =>
        Number((await cli("status", "--json")).events[0]?.["at"]) > 0 &&
        dev.stdout().split("fault lambda:throttle").length,
      {
        timeout: 20_000,
      },
    )
    .toBeGreaterThan(12);
  await cli("faults", "clear");
  expect(await task.exit).toBe(0);
  expect(task.stderr()).toMatch(/^started, attempt \d( \(attempts? .* did not run\))?, waited /m);
});

test("sqs:duplicate is told as nothing: the task runs once", async () => {
  await cli("faults", "set", "sqs@tasks:duplicate=next:1");
  const { exitCode, stderr } = await cli("submit", "ask about duplicates", "--watch");
  expect(exitCode).toBe(0);
  expect(stderr.match(/^started, /gm)).toHaveLength(1);
  await dev.waitFor("fault sqs:duplicate: my-app-local-tasks");
  await dev.waitFor(/The message is not run: (busy|ended)/);

  await cli("faults", "set", "sqs@tasks:duplicate=next:1");
  const { events } = await cli("submit", "ask about duplicates", "--watch", "--json");
  for (const type of ["accepted", "started", "completed"]) expect(ofType(events, type)).toHaveLength(1);
  expect(ofType(events, "failed")).toEqual([]);
});

test("ws:gone is told as the reconnect that it is, and no word is lost", async () => {
  await cli("faults", "set", "ws:gone=next:1");
  const { exitCode, stderr } = await cli("submit", "ask over a broken line", "--watch");
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^reconnecting: the connection closed \(1006\)$/m);
  await dev.waitFor("fault ws:gone");

  await cli("faults", "set", "ws:gone=next:1");
  const { events } = await cli("submit", "ask over a broken line", "--watch", "--json");
  expect(ofType(events, "connection").map(({ state }) => state)).toContain("reconnecting");
  expect(ofType(events, "completed")).toHaveLength(1);
  const text = ofType(events, "token").reduce(
    (sum, { offset, delta }) => sum.slice(0, Number(offset)) + String(delta),
    "",
  );
  expect(ofType(events, "summary")).toMatchObject([{ result: text }]);
});
