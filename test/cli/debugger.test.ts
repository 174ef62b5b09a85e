import { expect, test } from "vitest";
import { attach, freePort } from "../helpers/debugger.ts";
import { makeFolder, PROJECT, start } from "./harness.ts";

const TIMEOUT_S = 2;
const FILES = {
  ...PROJECT,
  "ai-pipeline.config.ts": `export default { app: "my-app", worker: { timeout: ${TIMEOUT_S} } };`,
  "src/worker.ts": `
import { defineWorker } from "ai-pipeline/runtime";
export const handler = defineWorker({
  async run(task) {
    debugger;
    return task.prompt;
  },
});`,
};

test("a task that stands at a breakpoint for longer than its function may run goes on in the same attempt", async () => {
  await using folder = await makeFolder(FILES);
  const port = await freePort();
  const argv = ["dev", "--headless", "--json", "--port", "0", "--inspect", String(port), "--speed", "60"];
  const dev = start(argv, { cwd: folder.dir });
  try {
    await dev.waitFor('"type":"ready"');
    const debug = await attach(port);
    await debug.call("Debugger.enable");
    const paused = debug.paused();
    const { endpoint, token } = dev.events()[0] ?? {};
    await fetch(`${String(endpoint)}/tasks`, {
      method: "POST",
      headers: { authorization: `Bearer ${String(token)}` },
      body: '{"prompt":"hold"}',
    });
    await paused;
    const until = Date.now() + TIMEOUT_S * 1000 + 500;
    await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(until);
    await debug.call("Debugger.resume");
    await dev.waitFor('"type":"completed"');
    debug.close();
    const told = dev.events().filter((event) => typeof event["seq"] === "number");
    expect(told.map(({ type, attempt }) => [type, attempt])).toEqual([
      ["accepted", 0],
      ["started", 1],
      ["completed", 1],
    ]);
  } finally {
    dev.interrupt();
    expect(await dev.exit).toBe(0);
  }
});
