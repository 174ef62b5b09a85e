import { createServer } from "node:http";
import { once } from "node:events";
import { expect, test } from "vitest";
import { listenLocally } from "../helpers/listen.ts";
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

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenLocally(server);
  server.close();
  await once(server, "close");
  return port;
}

/** Attaches to a worker as an editor does, by the inspector's own protocol. */
async function attach(port: number) {
  const targets = async (): Promise<{ webSocketDebuggerUrl: string }[]> => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`);
      const list: { webSocketDebuggerUrl: string }[] = JSON.parse(await response.text());
      return list;
    } catch {
      return [];
    }
  };
  await expect.poll(targets, { timeout: 20_000 }).toHaveLength(1);
  const socket = new WebSocket((await targets())[0]?.webSocketDebuggerUrl ?? "");
  await once(socket, "open");
  const listeners = new Set<(message: { id?: number; method?: string }) => void>();
  socket.addEventListener("message", ({ data }) => {
    const told: { id?: number; method?: string } = JSON.parse(String(data));
    for (const listener of listeners) listener(told);
  });
  const message = (wanted: { id?: number; method?: string }) =>
    new Promise<void>((resolve) => {
      const listener = ({ id, method }: typeof wanted) => {
        if (id !== wanted.id || method !== wanted.method) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
    });
  let last = 0;
  return {
    paused: () => message({ method: "Debugger.paused" }),
    async call(method: string) {
      const id = ++last;
      const answered = message({ id });
      socket.send(JSON.stringify({ id, method }));
      await answered;
    },
    close: () => socket.close(),
  };
}

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
