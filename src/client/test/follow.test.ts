import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { TaskEvent, TokenEvent } from "../../contract/event.ts";
import type { FollowEvent } from "../../contract/ports.ts";
import { createClient } from "../client.ts";
import type { ClientOptions } from "../types.ts";
import { ChaosServer, type ChaosOptions, type Step } from "./chaos-server.ts";
import { mishapsArbitrary, story, storyArbitrary, TASK } from "./stories.ts";

const FAST = {
  heartbeat: 40,
  reply: 60,
  reconnectBase: 1,
  reconnectMax: 10,
  pollBase: 5,
  pollMax: 20,
  connect: 2_000,
  request: 5_000,
};
const open = new Set<ChaosServer>();

async function serve(options: ChaosOptions = {}): Promise<ChaosServer> {
  const server = await new ChaosServer(options).listen();
  open.add(server);
  return server;
}

afterEach(async () => {
  for (const server of open) await server.close();
  open.clear();
});

function clientOf(server: ChaosServer, options: Partial<ClientOptions> = {}) {
  return createClient({ url: server.url, socketUrl: server.socketUrl, token: "secret", timings: FAST, ...options });
}

const isDurable = (event: FollowEvent): event is TaskEvent => event.type !== "token" && event.type !== "connection";
const isToken = (event: FollowEvent): event is TokenEvent => event.type === "token";

/** The text of each attempt as a screen would show it; fails on a gap or a repeat. */
function textsOf(events: FollowEvent[]): Map<number, string> {
  const texts = new Map<number, string>();
  for (const token of events.filter(isToken)) {
    const text = texts.get(token.attempt) ?? "";
    expect(token.offset).toBe(text.length);
    texts.set(token.attempt, text + token.delta);
  }
  return texts;
}

async function play(server: ChaosServer, steps: Step[]): Promise<void> {
  for (const step of steps) {
    server.tell(step);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function collect(events: AsyncIterable<FollowEvent>): Promise<FollowEvent[]> {
  const out: FollowEvent[] = [];
  for await (const event of events) out.push(event);
  return out;
}

describe("follow", () => {
  test(
    "whatever the network does, the events are the durable log and the text is the whole text",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          storyArbitrary,
          mishapsArbitrary,
          fc.nat(4),
          fc.integer({ min: 1, max: 4 }),
          fc.boolean(),
          async ({ steps, texts }, mishaps, refuse, snapshotEvery, early) => {
            const server = await serve({ mishaps, refuse, snapshotEvery });
            try {
              const played = early ? undefined : play(server, steps);
              const following = collect(clientOf(server).follow(TASK));
              await (played ?? play(server, steps));
              const events = await following;
              expect(events.filter(isDurable)).toEqual(server.log);
              const seen = textsOf(events);
              const last = texts.length;
              for (const [attempt, text] of seen) expect(texts[attempt - 1]?.startsWith(text)).toBe(true);
              if (server.status() === "completed") expect(seen.get(last) ?? "").toBe(texts[last - 1]);
              expect(events.at(-1)).toEqual(server.log.at(-1));
            } finally {
              await server.close();
              open.delete(server);
            }
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  test("continues after the event it is given", async () => {
    const { steps } = story([["a", "b"], ["c"]], "completed");
    const server = await serve();
    await play(server, steps);
    const events = await collect(clientOf(server).follow(TASK, { after: 3 }));
    expect(events.filter(isDurable).map((event) => event.seq)).toEqual([4, 5]);
    expect(textsOf(events)).toEqual(new Map([[2, "c"]]));
  });

  test("an event that its writer did not live to tell is asked for", async () => {
    const { steps } = story([["a"]], "completed");
    // The acceptance and the answer to the subscription arrive, the start does not.
    const server = await serve({ mishaps: ["none", "none", "lost"] });
    await play(server, steps.slice(0, 1));
    const seen: string[] = [];
    for await (const event of clientOf(server, { timings: { ...FAST, heartbeat: 60_000, quiet: 10 } }).follow(TASK)) {
      seen.push(event.type);
      if (event.type === "accepted") await play(server, steps.slice(1, 2));
      if (event.type === "started") await play(server, steps.slice(2));
    }
    expect(seen.filter((type) => type !== "connection" && type !== "token")).toEqual([
      "accepted",
      "started",
      "completed",
    ]);
  });

  test("ends at once when the task ended before `after`", async () => {
    const { steps } = story([["a"]], "completed");
    const server = await serve();
    await play(server, steps);
    expect((await collect(clientOf(server).follow(TASK, { after: 3 }))).filter(isDurable)).toEqual([]);
  });

  test("an earlier end is history when the task was redriven since", async () => {
    const first = story([["a"]], "deadlettered");
    const server = await serve();
    await play(server, first.steps);
    const at = new Date().toISOString();
    server.tell({
      event: { v: 1, taskId: TASK, seq: 5, at, type: "replayed", kind: "redrive", generation: 2, attempt: 0 },
    });
    const following = collect(clientOf(server).follow(TASK));
    while (server.connections === 0) await new Promise((resolve) => setImmediate(resolve));
    server.tell({ event: { v: 1, taskId: TASK, seq: 6, at, type: "cancelled", by: "u", generation: 2, attempt: 0 } });
    const types = (await following).filter(isDurable).map((event) => event.type);
    expect(types).toEqual(["accepted", "started", "failed", "deadlettered", "replayed", "cancelled"]);
  });

  test("polls while no socket can be had, and says so", async () => {
    const { steps, texts } = story([["Hello, ", "world"]], "completed");
    const server = await serve({ refuse: Infinity });
    const following = collect(clientOf(server).follow(TASK));
    await play(server, steps.slice(0, 3));
    while (server.requests.length < 6) await new Promise((resolve) => setTimeout(resolve, 2));
    await play(server, steps.slice(3));
    const events = await following;
    expect(events.filter(isDurable)).toEqual(server.log);
    expect(textsOf(events).get(1)).toBe(texts[0]);
    expect(events).toContainEqual(expect.objectContaining({ type: "connection", state: "polling" }));
  });

  test("goes from polling back to the socket", async () => {
    const { steps } = story([["a"]], "completed");
    const server = await serve({ refuse: 4 });
    const states: string[] = [];
    let told = 0;
    for await (const event of clientOf(server).follow(TASK)) {
      if (event.type !== "connection") continue;
      states.push(event.state);
      if (event.state === "connected" && told++ === 0) void play(server, steps);
    }
    expect(states.slice(0, 3)).toEqual(["reconnecting", "polling", "connected"]);
  });

  test.each([401, 403])("%i is told at once and not tried again", async (deny) => {
    const server = await serve({ deny });
    await expect(collect(clientOf(server).follow(TASK))).rejects.toMatchObject({ name: "ClientError", status: deny });
    expect(server.requests).toHaveLength(1);
  });

  test("the token goes into the header, never into the address", async () => {
    const { steps } = story([["a"]], "completed");
    const server = await serve();
    await play(server, steps);
    await collect(clientOf(server).follow(TASK));
    expect(server.authorizations).toEqual(["Bearer secret"]);
  });

  test("with a single-use ticket alone it reconnects by the ticket that the server hands over", async () => {
    const { steps } = story([["a", "b", "c"]], "completed");
    const server = await serve({ tickets: true });
    const client = createClient({ url: server.url, socketUrl: server.socketUrl, timings: FAST });
    const types: string[] = [];
    let cuts = 0;
    await play(server, steps.slice(0, 2));
    for await (const event of client.follow(TASK, { ticket: server.newTicket() })) {
      types.push(event.type);
      if (event.type !== "connection" || event.state !== "connected") continue;
      cuts += 1;
      // The ticket for the next connection comes with the answer to the subscription.
      setTimeout(() => (cuts < 4 ? server.cut() : void play(server, steps.slice(2))), 10);
    }
    expect(server.connections).toBe(4);
    expect(types.filter((type) => type !== "connection" && type !== "token")).toEqual([
      "accepted",
      "started",
      "completed",
    ]);
    expect(server.requests).toEqual([]);
  });

  test("a ticket that is used up is a clear error", async () => {
    const server = await serve({ deny: 403 });
    const client = createClient({ url: server.url, socketUrl: server.socketUrl, timings: FAST });
    await expect(collect(client.follow(TASK, { ticket: "spent" }))).rejects.toMatchObject({ code: "TICKET_REFUSED" });
  });

  test("without a socket address the API's ticket opens the connection", async () => {
    const { steps } = story([["a"]], "completed");
    const server = await serve({ tickets: true });
    await play(server, steps);
    const client = createClient({ url: server.url, token: "secret", timings: FAST });
    expect((await collect(client.follow(TASK))).filter(isDurable)).toHaveLength(3);
    expect(server.requests).toEqual([`POST /tasks/${TASK}/ticket`]);
  });

  test("an abort ends the iteration without an error and closes the socket", async () => {
    const server = await serve();
    const stop = new AbortController();
    const following = collect(clientOf(server).follow(TASK, { signal: stop.signal }));
    while (server.connections === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect((await following).filter(isDurable)).toEqual([]);
  });

  test("a break closes the socket", async () => {
    const { steps } = story([["a"]], "completed");
    const server = await serve();
    await play(server, steps.slice(0, 2));
    for await (const event of clientOf(server).follow(TASK)) if (event.type === "started") break;
    await expect.poll(() => server.open).toBe(0);
  });

  test("a silent connection is found dead and replaced", async () => {
    const { steps } = story([["a"]], "completed");
    const server = await serve({ mishaps: ["lost", "lost"] });
    const following = collect(clientOf(server).follow(TASK));
    while (server.connections < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    await play(server, steps);
    expect((await following).filter(isDurable)).toEqual(server.log);
  });

  test("a connection is replaced before the gateway would end it", async () => {
    const { steps } = story([["a"]], "completed");
    const server = await serve();
    const following = collect(clientOf(server, { timings: { ...FAST, rotate: 30 } }).follow(TASK));
    while (server.connections < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    await play(server, steps);
    const events = await following;
    expect(events.filter(isDurable)).toEqual(server.log);
    expect(events).not.toContainEqual(expect.objectContaining({ state: "reconnecting" }));
  });

  test("a result that was sent by reference is fetched", async () => {
    const { steps } = story([["a"]], "completed");
    const server = await serve();
    server.result = { text: "x".repeat(10_000) };
    const [accepted, started, , last] = steps;
    if (!accepted || !started || !last || !("event" in last) || last.event.type !== "completed")
      throw new Error("not the story");
    const { result: _, ...completed } = last.event;
    await play(server, [accepted, started, { event: { ...completed, resultRef: "s3://bucket/results/1.json" } }]);
    expect((await collect(clientOf(server).follow(TASK))).at(-1)).toMatchObject({
      type: "completed",
      result: server.result,
    });
  });

  test("a task that is not there is an error", async () => {
    const server = await serve({ refuse: Infinity, missing: true });
    await expect(collect(clientOf(server).follow(TASK))).rejects.toMatchObject({ status: 404, code: "TASK_NOT_FOUND" });
  });
});
