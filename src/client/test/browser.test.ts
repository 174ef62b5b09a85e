import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { afterEach, beforeAll, expect, test } from "vitest";
import { ChaosServer } from "./chaos-server.ts";
import { story, TASK } from "./stories.ts";

let code = "";
let server: ChaosServer | undefined;

beforeAll(async () => {
  const entryPoints = [new URL("../index.ts", import.meta.url).pathname];
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    globalName: "pipeline",
    platform: "browser",
  });
  code = outputFiles[0]?.text ?? "";
});
afterEach(() => server?.close());

/** As the standard has it: what is no subprotocol is a SyntaxError. */
class BrowserWebSocket extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    if (protocols !== undefined) throw new SyntaxError("The subprotocol '[object Object]' is invalid.");
    super(url);
  }
}

/** What a page has, and nothing of Node's. */
function page(globals: Record<string, unknown>) {
  const standard = {
    fetch,
    crypto,
    AbortController,
    AbortSignal,
    URL,
    URLSearchParams,
    setTimeout,
    clearTimeout,
    console,
  };
  return createContext({ ...standard, WebSocket: BrowserWebSocket, ...globals });
}

test("the bundle is small and runs without anything of Node's", async () => {
  expect(code.length).toBeLessThan(24_000);
  server = await new ChaosServer({ tickets: true }).listen();
  const { steps } = story([["Hel", "lo"]], "completed");
  for (const step of steps) server.tell(step);
  const seen: unknown[] = [];
  const { url, socketUrl } = server;
  const script = `${code}; (async () => {
    const client = pipeline.createClient({ url, socketUrl, token: "jwt" });
    for await (const event of client.follow(task)) tell(event.type === "token" ? event.delta : event.type);
  })()`;
  await runInContext(script, page({ url, socketUrl, task: TASK, tell: (what: unknown) => seen.push(what) }));
  expect(seen).toEqual(["connection", "accepted", "started", "Hello", "completed"]);
  // No header can be set there: the token buys a ticket instead.
  expect(server.requests).toEqual([`POST /tasks/${TASK}/ticket`]);
  expect(server.authorizations).toEqual([undefined]);
});

test("following all tasks says what it lacks there", async () => {
  const script = `${code}; (async () => {
    try {
      for await (const _ of pipeline.createClient({ url: "https://x.example", socketUrl: "wss://x.example", token: "jwt" }).followAll()) break;
    } catch (error) { tell(error.code); }
  })()`;
  const told: unknown[] = [];
  await runInContext(script, page({ tell: (what: unknown) => told.push(what) }));
  expect(told).toEqual(["HEADERS_UNSUPPORTED"]);
});
