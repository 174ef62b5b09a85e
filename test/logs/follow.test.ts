import { setTimeout as sleep } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/contract/clock.ts";
import type { LogFeed } from "../../src/contract/logs.ts";
import type { LocalStack } from "../../src/local/stack.ts";
import { createAwsClients } from "../../src/providers/aws/clients.ts";
import { createLogs } from "../../src/providers/aws/logs/index.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { type Gateway, refuse, startGateway } from "./gateway.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

let stack: LocalStack;
let writer: CloudWatchLogsClient;
let groups = 0;

beforeAll(async () => {
  stack = await startEmbeddedStack();
  writer = new CloudWatchLogsClient(clientSettings(stack.endpoint));
});

afterAll(async () => {
  writer.destroy();
  await stack.close();
});

const newName = () => `/aws/lambda/follow-${++groups}`;

async function makeGroup(name = newName()): Promise<string> {
  await writer.send(new CreateLogGroupCommand({ logGroupName: name }));
  await writer.send(new CreateLogStreamCommand({ logGroupName: name, logStreamName: "s" }));
  return name;
}

async function write(group: string, ...messages: string[]): Promise<void> {
  const timestamp = Date.now();
  const logEvents = messages.map((message) => ({ timestamp, message }));
  await writer.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: "s", logEvents }));
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

/** A follow at work; all it told is kept. */
function follow(gateway: Gateway, names: string[], filter?: string) {
  const clients = createAwsClients({ stage: "local", endpoint: gateway.url }, {});
  const logs = createLogs({
    clients,
    place: { stage: "local", endpoint: gateway.url },
    clock: systemClock,
    outputs: { account: "000000000000", region: "us-east-1" },
  });
  const stopping = new AbortController();
  const told: LogFeed[] = [];
  const done = (async () => {
    const query = { groups: names, since: Date.now() - 60_000, signal: stopping.signal };
    for await (const event of logs.follow({ ...query, ...(filter === undefined ? {} : { filter }) })) told.push(event);
  })();
  const failed = done.then(
    () => undefined,
    (error: unknown) => (stopping.signal.aborted ? undefined : error),
  );
  return {
    told,
    failed,
    messages: () => told.flatMap((event) => (event.type === "line" ? [event.message] : [])),
    ids: () => told.flatMap((event) => (event.type === "line" ? [event.id] : [])),
    connections: () => told.flatMap((event) => (event.type === "connection" ? [event.state] : [])),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      expect(await failed).toBeUndefined();
      await clients.close();
    },
  };
}

type Following = ReturnType<typeof follow>;
async function seen(following: Following, last: string): Promise<void> {
  await expect.poll(following.messages, { timeout: 20_000, interval: 20 }).toContain(last);
}
const count = (following: Following) =>
  new Map(following.messages().map((text, _, all) => [text, all.filter((other) => other === text).length]));
const onceEach = (messages: string[]) => new Map(messages.map((text) => [text, 1]));
async function isLive(following: Following): Promise<void> {
  await expect.poll(following.connections, { timeout: 10_000, interval: 10 }).toContain("live");
}
/** A poll that began from now on has been read to its end: it had its chance to repeat or to find something. */
async function polledAgain(gateway: Gateway): Promise<void> {
  const polls = gateway.polls();
  await expect.poll(gateway.polls, { timeout: 20_000 }).toBeGreaterThan(polls + 1);
}

test("tails that break off lose nothing and repeat nothing", async () => {
  await using gateway = await startGateway(stack.endpoint);
  const group = await makeGroup();
  await write(group, ...numbered(1, 20));
  await using following = follow(gateway, [group]);
  await isLive(following);
  for (let line = 21; line <= 400; line += 4) {
    await write(group, ...numbered(line, line + 3));
    if (line % 60 === 1) gateway.cut();
    await sleep(15);
  }
  await seen(following, "line 400");
  await expect.poll(() => count(following).size, { timeout: 20_000 }).toBe(400);
  await polledAgain(gateway);
  expect(count(following)).toEqual(onceEach(numbered(1, 400)));
  expect(new Set(following.ids()).size).toBe(400);
  expect(following.connections()).toEqual(["live"]);
});

test("a flood, of which a tail shows a sample", async () => {
  await using gateway = await startGateway(stack.endpoint);
  const group = await makeGroup();
  await using following = follow(gateway, [group]);
  await isLive(following);
  await write(group, ...numbered(1, 3000));
  await expect.poll(() => following.messages().length, { timeout: 20_000 }).toBe(3000);
  await write(group, "the end");
  await seen(following, "the end");
  expect(count(following)).toEqual(onceEach([...numbered(1, 3000), "the end"]));
});

test("lines written just before the tail, which polls show late", async () => {
  await using gateway = await startGateway(stack.endpoint);
  gateway.lagMs = 3000;
  const group = await makeGroup();
  await write(group, ...numbered(1, 5));
  await using following = follow(gateway, [group]);
  await isLive(following);
  expect(following.messages()).toEqual([]);
  await write(group, ...numbered(6, 10));
  await seen(following, "line 10");
  await seen(following, "line 1");
  expect(count(following)).toEqual(onceEach(numbered(1, 10)));
});

test("equal lines of one moment are as many as were written", async () => {
  await using gateway = await startGateway(stack.endpoint);
  const group = await makeGroup();
  await write(group, "twin", "twin");
  await using following = follow(gateway, [group]);
  await isLive(following);
  await write(group, "triplet", "triplet", "triplet");
  await write(group, "the end");
  await seen(following, "the end");
  // A poll follows at once.
  gateway.cut();
  await polledAgain(gateway);
  expect(count(following)).toEqual(
    new Map([
      ["twin", 2],
      ["triplet", 3],
      ["the end", 1],
    ]),
  );
});

test.each([
  ["AccessDeniedException", "User: bob is not authorized to perform: logs:StartLiveTail", /logs:StartLiveTail/],
  ["UnknownOperationException", "The operation is not known.", /logs:StartLiveTail failed/],
  ["LimitExceededException", "Too many sessions.", /Too many sessions/],
])("without a tail (%s) it polls, and says so once", async (type, message, reason) => {
  await using gateway = await startGateway(stack.endpoint);
  gateway.troubles.set("StartLiveTail", refuse(type, message));
  const [one, two] = [await makeGroup(), await makeGroup()];
  await write(one, ...numbered(1, 5));
  await using following = follow(gateway, [one, two]);
  await seen(following, "line 5");
  await write(two, ...numbered(6, 10));
  await seen(following, "line 10");
  await write(one, ...numbered(11, 15));
  await seen(following, "line 15");
  expect(following.messages()).toEqual(numbered(1, 15));
  const connections = () => following.told.filter((event) => event.type === "connection");
  // A limit is asked again for a while by the SDK.
  await expect
    .poll(connections, { timeout: 20_000 })
    .toMatchObject([{ state: "polling", reason: expect.stringMatching(reason) }]);
});

test("an outage is told once, waited out, and what was written meanwhile comes", async () => {
  await using gateway = await startGateway(stack.endpoint);
  const group = await makeGroup();
  await write(group, "before");
  await using following = follow(gateway, [group]);
  await isLive(following);
  const down = (response: { destroy(): void }) => (response.destroy(), true);
  gateway.troubles.set("StartLiveTail", down).set("FilterLogEvents", down);
  gateway.cut();
  await write(group, "meanwhile");
  await expect.poll(following.connections, { timeout: 10_000 }).toEqual(["live", "reconnecting"]);
  gateway.troubles.clear();
  await seen(following, "meanwhile");
  await expect.poll(following.connections, { timeout: 40_000 }).toEqual(["live", "reconnecting", "polling", "live"]);
  expect(count(following)).toEqual(onceEach(["before", "meanwhile"]));
});

test("a group that its function makes later, filtered as the others", async () => {
  await using gateway = await startGateway(stack.endpoint);
  const [there, later] = [await makeGroup(), newName()];
  await using following = follow(gateway, [there, later], "wanted");
  await isLive(following);
  await makeGroup(later);
  await write(later, "wanted 1", "other");
  await seen(following, "wanted 1");
  await write(later, "wanted 2", "other");
  await seen(following, "wanted 2");
  expect(following.told.filter(({ type }) => type === "group-missing")).toEqual([
    { type: "group-missing", group: later },
  ]);
  expect(following.messages()).toEqual(["wanted 1", "wanted 2"]);
});

test("who may not read at all is told what to ask for", async () => {
  await using gateway = await startGateway(stack.endpoint);
  gateway.troubles.set("FilterLogEvents", refuse("AccessDeniedException", "no"));
  const following = follow(gateway, [await makeGroup()]);
  expect(await following.failed).toMatchObject({ code: "ACCESS_DENIED", exitCode: 5, where: "logs:FilterLogEvents" });
});

test("an end closes the tail", async () => {
  await using gateway = await startGateway(stack.endpoint);
  {
    await using following = follow(gateway, [await makeGroup()]);
    await isLive(following);
    expect(gateway.tails()).toBe(1);
  }
  await expect.poll(gateway.tails, { timeout: 5000 }).toBe(0);
});
