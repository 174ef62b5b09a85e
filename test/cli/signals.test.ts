import { readdir } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import { watchDescendants } from "../helpers/processes.ts";
import { makeFolder, PROJECT, run } from "./harness.ts";
import { killAll, launch } from "./launch.ts";

afterEach(killAll);

/** Streams, waits, fails or hangs as its prompt says. */
const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task, ctx) {
    if (task.prompt === "fail") throw new TypeError("asked to fail");
    if (task.prompt === "hang") for (;;);
    ctx.token("the first words");
    await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
  },
});
`;
const FILES = {
  ...PROJECT,
  "ai-pipeline.config.ts": 'export default { app: "my-app", queue: { backoff: { base: 60, max: 60 } } };\n',
  "src/worker.ts": WORKER,
};
const CODES: Record<string, number | string> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 143, SIGKILL: "SIGKILL" };

type Signal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGKILL";

/** Sends the signals when the command has printed `until`. @returns how it ended, and what it left. */
async function interrupted(prompt: string, until: string, signals: Signal[]) {
  await using folder = await makeFolder(FILES);
  const command = launch(["submit", prompt, "--watch", "--json"], folder.dir);
  const started = watchDescendants(command.child.pid ?? 0);
  try {
    await command.shown(until);
    for (const signal of signals) command.child.kill(signal);
    const exit = await command.exit;
    // What was killed may take a moment to be gone; what was not killed stays for good.
    await expect.poll(() => started.alive(), { timeout: 10_000 }).toEqual([]);
    const state = (await readdir(folder.dir + "/.ai-pipeline")).concat(
      await readdir(folder.dir + "/.ai-pipeline/local"),
    );
    const again = await run(["tasks", "list"], { cwd: folder.dir });
    return { exit, seen: started.seen().length, state, text: command.text(), again };
  } finally {
    started.stop();
  }
}

describe("a signal to submit --watch leaves no process behind", () => {
  test.each<[string, string, string, Signal[]]>([
    ["while the stack starts", "wait", '"state":"starting"', ["SIGINT"]],
    ["when the stack is ready", "wait", '"state":"ready"', ["SIGHUP"]],
    ["when the task is accepted", "wait", '"type":"submitted"', ["SIGTERM"]],
    ["when its attempt has started", "wait", '"type":"started"', ["SIGINT"]],
    ["while it streams", "wait", '"type":"token"', ["SIGTERM"]],
    ["while it waits for its next attempt", "fail", '"type":"failed"', ["SIGHUP"]],
    ["while the worker hangs", "hang", '"type":"started"', ["SIGTERM"]],
    ["twice at once, while the worker hangs", "hang", '"type":"started"', ["SIGINT", "SIGINT"]],
    ["that cannot be caught", "hang", '"type":"started"', ["SIGKILL"]],
  ])("%s (%#: %j)", async (_when, prompt, until, signals) => {
    const { exit, seen, text, state, again } = await interrupted(prompt, until, signals);
    expect(exit).toBe(CODES[signals[0] ?? ""]);
    // Once an attempt has begun there was a process to end.
    if (/started|token|failed/.test(until)) expect(seen).toBeGreaterThan(0);
    expect(text).not.toMatch(/Something unexpected|\n\s+at \S+ \(/);
    expect(again.stderr).toContain("The local stage is not running.");
    // Only who is not killed outright can give the project back.
    if (signals.length === 1 && signals[0] !== "SIGKILL") {
      expect(state).not.toContain("lock");
      expect(state).not.toContain("dev.json");
    }
  });
});
