import { once } from "node:events";
import { createServer } from "node:http";
import { expect } from "vitest";
import { listenLocally } from "./listen.ts";

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenLocally(server);
  server.close();
  await once(server, "close");
  return port;
}

/** Attaches to a worker as an editor does, by the inspector's own protocol. */
export async function attach(port: number) {
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
