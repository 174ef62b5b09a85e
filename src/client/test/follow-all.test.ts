import { afterEach, expect, test } from "vitest";
import type { FollowEvent } from "../../contract/ports.ts";
import { createClient } from "../client.ts";
import { ChaosServer, type ChaosOptions } from "./chaos-server.ts";
import { story, TASK } from "./stories.ts";

const FAST = { heartbeat: 30, reply: 60, reconnectBase: 1, reconnectMax: 10, pollBase: 5, pollMax: 20 };
const { steps } = story([["a", "b"], ["c"]], "completed");
let server: ChaosServer;

async function start(options: ChaosOptions = {}, timings: object = {}) {
  server = await new ChaosServer(options).listen();
  return createClient({
    url: server.url,
    socketUrl: server.socketUrl,
    token: "secret",
    timings: { ...FAST, ...timings },
  });
}

afterEach(() => server.close());

/** Follows until the task has ended; tells the first steps when the follower is connected. */
async function followToEnd(
  client: ReturnType<typeof createClient>,
  onEvent: (event: FollowEvent) => void,
  since?: string,
): Promise<FollowEvent[]> {
  const out: FollowEvent[] = [];
  for await (const event of client.followAll(since === undefined ? {} : { since })) {
    out.push(event);
    onEvent(event);
    if (event.type === "completed") break;
  }
  return out;
}

const seqs = (events: FollowEvent[]) => events.flatMap((event) => ("seq" in event ? [event.seq] : []));

test("tells events and tokens of all tasks", async () => {
  const client = await start();
  const events = await followToEnd(client, (event) => {
    if (event.type === "connection" && event.state === "connected") for (const step of steps) server.tell(step);
  });
  expect(seqs(events)).toEqual([1, 2, 3, 4, 5]);
  expect(events.flatMap((event) => (event.type === "token" ? [event.delta] : []))).toEqual(["a", "b", "c"]);
});

test("what happened while it was not connected is read afterwards, once", async () => {
  const client = await start();
  let connected = 0;
  const events = await followToEnd(client, (event) => {
    if (event.type === "connection" && event.state === "connected") {
      connected += 1;
      if (connected === 1) for (const step of steps.slice(0, 2)) server.tell(step);
    }
    if (event.type === "started" && event.attempt === 1) {
      server.cut();
      for (const step of steps.slice(2)) server.tell(step);
    }
  });
  expect(seqs(events)).toEqual([1, 2, 3, 4, 5]);
});

test("a task that came and ended while no socket could be had is told by polls", async () => {
  const client = await start({ refuse: Infinity });
  const events = await followToEnd(client, (event) => {
    if (event.type === "connection" && event.state === "polling") for (const step of steps) server.tell(step);
  });
  expect(seqs(events)).toEqual([1, 2, 3, 4, 5]);
});

test("a lost event is fetched, in its place", async () => {
  const client = await start({ mishaps: ["none", "none", "lost", "none", "twice"] });
  const events = await followToEnd(client, (event) => {
    if (event.type === "connection" && event.state === "connected") for (const step of steps) server.tell(step);
  });
  expect(seqs(events)).toEqual([1, 2, 3, 4, 5]);
  expect(server.requests).toContain(`GET /tasks/${TASK}/events`);
});

test("an event that its writer did not live to tell is asked for", async () => {
  const client = await start({ mishaps: ["none", "none", "lost"] }, { heartbeat: 60_000, quiet: 10 });
  const seen = await followToEnd(client, (event) => {
    if (event.type === "connection" && event.state === "connected")
      for (const step of steps.slice(0, 2)) server.tell(step);
    if (event.type === "started" && event.attempt === 1) for (const step of steps.slice(2)) server.tell(step);
  });
  expect(seqs(seen)).toEqual([1, 2, 3, 4, 5]);
});

test("the first start is told after the acceptance, whichever comes first", async () => {
  const client = await start({ mishaps: ["none", "late"] });
  const events = await followToEnd(client, (event) => {
    if (event.type === "connection" && event.state === "connected") for (const step of steps) server.tell(step);
  });
  expect(seqs(events)).toEqual([1, 2, 3, 4, 5]);
});

test("the past is not repeated", async () => {
  const client = await start();
  for (const step of steps.slice(0, 2)) server.tell(step);
  // The start of the first attempt is the past here as well.
  const events = await followToEnd(client, (event) => {
    if (event.type === "connection" && event.state === "connected")
      for (const step of steps.slice(2)) server.tell(step);
  });
  expect(seqs(events)).toEqual([3, 4, 5]);
});

test("tasks accepted since a moment are told from their beginning", async () => {
  const client = await start();
  for (const step of steps.slice(0, 2)) server.tell(step);
  const rest = (event: FollowEvent) => {
    if ("seq" in event && event.seq === 2) for (const step of steps.slice(2)) server.tell(step);
  };
  const events = await followToEnd(client, rest, "2020-01-01T00:00:00.000Z");
  expect(seqs(events)).toEqual([1, 2, 3, 4, 5]);
});

test("is kept alive by pings", async () => {
  const client = await start();
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const event of client.followAll({ signal: stop.signal })) {
    seen.push(event.type === "connection" ? event.state : event.type);
    await expect.poll(() => server.pings).toBeGreaterThan(2);
    stop.abort();
  }
  expect(seen).toEqual(["connected"]);
  expect(server.connections).toBe(1);
});

test.each([401, 403])("%i is told at once", async (deny) => {
  const client = await start({ deny });
  await expect(followToEnd(client, () => {})).rejects.toMatchObject({ status: deny });
});

test("without a token or an address it says what is missing", async () => {
  await start();
  const none = createClient({ url: server.url, token: "t" });
  await expect(followToEnd(none, () => {})).rejects.toMatchObject({ code: "NO_SOCKET_URL" });
  const noToken = createClient({ url: server.url, socketUrl: server.socketUrl });
  await expect(followToEnd(noToken, () => {})).rejects.toMatchObject({ code: "HEADERS_UNSUPPORTED" });
});
