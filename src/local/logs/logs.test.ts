import * as SDK from "@aws-sdk/client-cloudwatch-logs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startTestStack, type TestStack } from "../lambda/test/stack.ts";

let stack: TestStack;
afterEach(() => stack.close());
async function start(options: Parameters<typeof startTestStack>[0] = {}) {
  stack = await startTestStack(options);
  return stack.logsClient;
}

const group = "/app/g";
const stream = "s";
const DAY = 86_400_000;
async function withEvents(client: SDK.CloudWatchLogsClient, messages: string[], from = Date.now() - 1000) {
  await client.send(new SDK.CreateLogGroupCommand({ logGroupName: group }));
  await client.send(new SDK.CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }));
  const logEvents = messages.map((message, index) => ({ timestamp: from + index, message }));
  return client.send(new SDK.PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents }));
}
async function all(client: SDK.CloudWatchLogsClient, input: Partial<SDK.FilterLogEventsCommandInput> = {}) {
  const messages: string[] = [];
  let pages = 0;
  for await (const page of SDK.paginateFilterLogEvents({ client }, { logGroupName: group, ...input })) {
    pages += 1;
    messages.push(...(page.events ?? []).map(({ message }) => message ?? ""));
  }
  return { messages, pages };
}

describe("groups and streams", () => {
  it("are created, described, given a retention and tags, and deleted", async () => {
    const client = await start();
    for (const name of ["/b", "/a/2", "/a/1"])
      await client.send(new SDK.CreateLogGroupCommand({ logGroupName: name, tags: { n: name } }));
    await expect(client.send(new SDK.CreateLogGroupCommand({ logGroupName: "/b" }))).rejects.toBeInstanceOf(
      SDK.ResourceAlreadyExistsException,
    );
    const first = await client.send(new SDK.DescribeLogGroupsCommand({ logGroupNamePrefix: "/a", limit: 1 }));
    expect(first.logGroups).toEqual([
      expect.objectContaining({
        logGroupName: "/a/1",
        arn: "arn:aws:logs:us-east-1:000000000000:log-group:/a/1:*",
        storedBytes: 0,
        creationTime: expect.any(Number),
      }),
    ]);
    const second = await client.send(
      new SDK.DescribeLogGroupsCommand({ logGroupNamePrefix: "/a", limit: 1, nextToken: first.nextToken }),
    );
    expect(second.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(["/a/2"]);
    expect(second.nextToken).toBeUndefined();

    const retention = async () =>
      (await client.send(new SDK.DescribeLogGroupsCommand({ logGroupNamePrefix: "/b" }))).logGroups?.[0]
        ?.retentionInDays;
    await client.send(new SDK.PutRetentionPolicyCommand({ logGroupName: "/b", retentionInDays: 7 }));
    expect(await retention()).toBe(7);
    await expect(
      client.send(new SDK.PutRetentionPolicyCommand({ logGroupName: "/b", retentionInDays: 8 })),
    ).rejects.toBeInstanceOf(SDK.InvalidParameterException);
    await client.send(new SDK.DeleteRetentionPolicyCommand({ logGroupName: "/b" }));
    expect(await retention()).toBeUndefined();

    const resourceArn = "arn:aws:logs:us-east-1:000000000000:log-group:/b";
    await client.send(new SDK.TagResourceCommand({ resourceArn, tags: { more: "1" } }));
    await client.send(new SDK.UntagResourceCommand({ resourceArn, tagKeys: ["n"] }));
    expect((await client.send(new SDK.ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ more: "1" });

    for (const name of ["x", "y"])
      await client.send(new SDK.CreateLogStreamCommand({ logGroupName: "/b", logStreamName: name }));
    await expect(
      client.send(new SDK.CreateLogStreamCommand({ logGroupName: "/b", logStreamName: "x" })),
    ).rejects.toBeInstanceOf(SDK.ResourceAlreadyExistsException);
    await client.send(
      new SDK.PutLogEventsCommand({
        logGroupName: "/b",
        logStreamName: "x",
        logEvents: [{ timestamp: Date.now() + 5000, message: "m" }],
      }),
    );
    const streams = await client.send(
      new SDK.DescribeLogStreamsCommand({ logGroupName: "/b", orderBy: "LastEventTime", descending: true }),
    );
    expect(streams.logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(["x", "y"]);
    expect(streams.logStreams?.[0]).toMatchObject({
      firstEventTimestamp: expect.any(Number),
      lastIngestionTime: expect.any(Number),
    });
    await client.send(new SDK.DeleteLogStreamCommand({ logGroupName: "/b", logStreamName: "x" }));
    await client.send(new SDK.DeleteLogGroupCommand({ logGroupName: "/b" }));
    await expect(client.send(new SDK.DeleteLogGroupCommand({ logGroupName: "/b" }))).rejects.toBeInstanceOf(
      SDK.ResourceNotFoundException,
    );
    await expect(client.send(new SDK.DescribeLogStreamsCommand({ logGroupName: "/b" }))).rejects.toBeInstanceOf(
      SDK.ResourceNotFoundException,
    );
  });

  it("are listed by name and by ARN", async () => {
    const client = await start();
    for (const logGroupName of ["/a", "/b", "/c"]) await client.send(new SDK.CreateLogGroupCommand({ logGroupName }));
    const logGroupIdentifiers = ["/a", "arn:aws:logs:us-east-1:000000000000:log-group:/c"];
    const { logGroups } = await client.send(new SDK.DescribeLogGroupsCommand({ logGroupIdentifiers }));
    expect(logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(["/a", "/c"]);
  });

  it("survive a restart with their events", async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "ai-pipeline-state-"));
    await withEvents(await start({ stateDir }), ["kept"]);
    await stack.close();
    expect((await all(await start({ stateDir }))).messages).toEqual(["kept"]);
    await stack.close();
    await start();
    rmSync(stateDir, { recursive: true });
  });
});

describe("what is not offered", () => {
  it.each<[string, Omit<SDK.CreateLogGroupCommandInput, "logGroupName">]>([
    ["the log class", { logGroupClass: "INFREQUENT_ACCESS" }],
    ["encryption", { kmsKeyId: "arn:aws:kms:us-east-1:000000000000:key/k" }],
    ["deletion protection", { deletionProtectionEnabled: true }],
  ])("%s of a group is refused, and no group is made", async (words, input) => {
    const client = await start();
    await expect(client.send(new SDK.CreateLogGroupCommand({ logGroupName: group, ...input }))).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringContaining(`does not offer ${words}`),
    });
    expect((await client.send(new SDK.DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
  });

  it("shows in no list", async () => {
    const client = await start();
    await withEvents(client, ["one"]);
    const list = (input: SDK.DescribeLogGroupsCommandInput) => client.send(new SDK.DescribeLogGroupsCommand(input));
    expect((await list({ logGroupClass: "STANDARD" })).logGroups).toHaveLength(1);
    expect((await list({ logGroupClass: "INFREQUENT_ACCESS" })).logGroups).toEqual([]);
    await expect(list({ logGroupNamePrefix: "/", logGroupNamePattern: "app" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});

describe("PutLogEvents", () => {
  it("refuses what AWS refuses, and says what is too old or too new", async () => {
    const client = await start();
    const put = (logEvents: SDK.InputLogEvent[], logStreamName = stream) =>
      client.send(new SDK.PutLogEventsCommand({ logGroupName: group, logStreamName, logEvents }));
    await expect(put([{ timestamp: 1, message: "m" }])).rejects.toBeInstanceOf(SDK.ResourceNotFoundException);
    await withEvents(client, ["m"]);
    const now = Date.now();
    await expect(put([{ timestamp: now, message: "m" }], "other")).rejects.toBeInstanceOf(
      SDK.ResourceNotFoundException,
    );
    await expect(put([])).rejects.toBeInstanceOf(SDK.InvalidParameterException);
    await expect(
      put([
        { timestamp: now, message: "b" },
        { timestamp: now - 1, message: "a" },
      ]),
    ).rejects.toThrow("chronological");
    await expect(
      put([
        { timestamp: now - 2 * DAY, message: "a" },
        { timestamp: now, message: "b" },
      ]),
    ).rejects.toThrow("24 hours");
    await expect(put([{ timestamp: now, message: "x".repeat(1_048_576) }])).rejects.toThrow("Upload too large");
    const old = await put([{ timestamp: now - 15 * DAY, message: "old" }]);
    expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    const late = await put([
      { timestamp: now, message: "fine" },
      { timestamp: now + 3 * 3_600_000, message: "early" },
    ]);
    expect(late.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
    expect((await all(client)).messages).toEqual(["m", "fine"]);
  });
});

describe("GetLogEvents", () => {
  it("pages both ways and gives the same token back at either end", async () => {
    const client = await start();
    await withEvents(client, ["0", "1", "2", "3", "4"]);
    const get = async (input: Partial<SDK.GetLogEventsCommandInput>) => {
      const page = await client.send(
        new SDK.GetLogEventsCommand({ logGroupName: group, logStreamName: stream, limit: 2, ...input }),
      );
      return {
        text: page.events?.map(({ message }) => message).join(""),
        forward: page.nextForwardToken,
        backward: page.nextBackwardToken,
      };
    };
    const tail = await get({});
    expect(tail.text).toBe("34");
    const before = await get({ nextToken: tail.backward });
    expect(before.text).toBe("12");
    expect((await get({ nextToken: before.forward })).text).toBe("34");
    const head = await get({ startFromHead: true });
    expect(head.text).toBe("01");
    const next = await get({ nextToken: head.forward });
    expect(next.text).toBe("23");
    const last = await get({ nextToken: next.forward });
    expect(last.text).toBe("4");
    const end = await get({ nextToken: last.forward });
    expect(end).toMatchObject({ text: "", forward: last.forward });
    await expect(get({ nextToken: "nonsense" })).rejects.toBeInstanceOf(SDK.InvalidParameterException);
  });
});

describe("FilterLogEvents", () => {
  it("finds terms and JSON, within times and streams, in order over streams", async () => {
    const client = await start();
    const from = Date.now() - 10_000;
    await withEvents(client, ["ERROR one", '{"level":"error","n":1}', "fine", "ERROR two"], from);
    await client.send(new SDK.CreateLogStreamCommand({ logGroupName: group, logStreamName: "t1" }));
    await client.send(
      new SDK.PutLogEventsCommand({
        logGroupName: group,
        logStreamName: "t1",
        logEvents: [{ timestamp: from + 1, message: "ERROR between" }],
      }),
    );
    expect((await all(client, { filterPattern: "ERROR" })).messages).toEqual([
      "ERROR one",
      "ERROR between",
      "ERROR two",
    ]);
    expect((await all(client, { filterPattern: '{ $.level = "error" && $.n = 1 }' })).messages).toEqual([
      '{"level":"error","n":1}',
    ]);
    expect((await all(client, { startTime: from + 1, endTime: from + 2 })).messages).toEqual([
      '{"level":"error","n":1}',
      "ERROR between",
      "fine",
    ]);
    expect((await all(client, { logStreamNames: ["t1"] })).messages).toEqual(["ERROR between"]);
    expect((await all(client, { logStreamNamePrefix: "t" })).messages).toEqual(["ERROR between"]);
    const paged = await all(client, { limit: 2 });
    expect(paged.pages).toBe(3);
    expect(paged.messages).toEqual((await all(client)).messages);
    await expect(all(client, { filterPattern: "{ $.a" })).rejects.toBeInstanceOf(SDK.InvalidParameterException);
    await expect(all(client, { logGroupName: "/none" })).rejects.toBeInstanceOf(SDK.ResourceNotFoundException);
  });

  it("tells a stream that is not there from one without events", async () => {
    const client = await start();
    await withEvents(client, ["one"]);
    expect((await all(client, { logStreamNames: [stream] })).messages).toEqual(["one"]);
    await expect(all(client, { logStreamNames: [stream, "other"] })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "The specified log stream does not exist.",
    });
  });

  it("ends a page at 1 MB", async () => {
    const client = await start();
    for (let index = 0; index < 30; index++)
      stack.logs.put(group, stream, [{ timestamp: Date.now(), message: `${index} ${"x".repeat(100_000)}` }]);
    const { messages, pages } = await all(client);
    expect(messages.map((message) => Number.parseInt(message, 10))).toEqual(
      Array.from({ length: 30 }, (_, index) => index),
    );
    expect(pages).toBe(3);
  });

  it("takes a group by name or by ARN, and not by both", async () => {
    const client = await start();
    await withEvents(client, ["one"]);
    const logGroupIdentifier = `arn:aws:logs:us-east-1:000000000000:log-group:${group}`;
    const { events } = await client.send(new SDK.FilterLogEventsCommand({ logGroupIdentifier }));
    expect(events?.map(({ message }) => message)).toEqual(["one"]);
    await expect(
      client.send(new SDK.FilterLogEventsCommand({ logGroupIdentifier, logGroupName: group })),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message: "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
    });
  });

  it("shows nothing that is past its retention", async () => {
    const client = await start();
    await withEvents(client, ["old"], Date.now() - 2 * DAY);
    stack.logs.put(group, stream, [{ timestamp: Date.now(), message: "new" }]);
    await client.send(new SDK.PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 1 }));
    expect((await all(client)).messages).toEqual(["new"]);
  });
});

describe("StartLiveTail", () => {
  const tail = (client: SDK.CloudWatchLogsClient, input: Partial<SDK.StartLiveTailCommandInput> = {}) =>
    client.send(
      new SDK.StartLiveTailCommand({
        logGroupIdentifiers: [`arn:aws:logs:us-east-1:000000000000:log-group:${group}`],
        ...input,
      }),
      {
        abortSignal: AbortSignal.timeout(8000),
      },
    );

  it("starts a session, tells what comes and what matches, and updates each second", async () => {
    const client = await start();
    await withEvents(client, ["before"]);
    const { responseStream } = await tail(client, { logEventFilterPattern: "ERROR" });
    const told: string[] = [];
    let updates = 0;
    for await (const event of responseStream ?? []) {
      if (event.sessionStart) {
        expect(event.sessionStart).toMatchObject({ logEventFilterPattern: "ERROR", sessionId: expect.any(String) });
        stack.logs.put(group, stream, [
          { timestamp: 1, message: "fine" },
          { timestamp: 2, message: "ERROR ü" },
        ]);
        stack.logs.put("/other", stream, [{ timestamp: 3, message: "ERROR elsewhere" }]);
      }
      if (event.sessionUpdate) {
        updates += 1;
        expect(event.sessionUpdate.sessionMetadata).toEqual({ sampled: false });
        told.push(...(event.sessionUpdate.sessionResults ?? []).map(({ message }) => message ?? ""));
        if (updates === 3) break;
      }
    }
    expect(told).toEqual(["ERROR ü"]);
  });

  it("samples a flood and says so", async () => {
    const client = await start();
    await withEvents(client, ["before"]);
    const { responseStream } = await tail(client);
    let got = 0;
    let sampled = false;
    for await (const event of responseStream ?? []) {
      if (event.sessionStart)
        stack.logs.put(
          group,
          stream,
          Array.from({ length: 5000 }, (_, index) => ({ timestamp: index, message: `line ${index}` })),
        );
      got += event.sessionUpdate?.sessionResults?.length ?? 0;
      sampled ||= event.sessionUpdate?.sessionMetadata?.sampled ?? false;
      if (got > 0) break;
    }
    expect(got).toBeLessThanOrEqual(500);
    expect(sampled).toBe(true);
  });

  it("ends with the stack, and refuses groups that are not there", async () => {
    const client = await start();
    await withEvents(client, ["before"]);
    const arn = "arn:aws:logs:us-east-1:000000000000:log-group:";
    await expect(tail(client, { logGroupIdentifiers: [`${arn}/none`] })).rejects.toBeInstanceOf(
      SDK.ResourceNotFoundException,
    );
    for (const identifier of [group, `${arn}${group}:*`])
      await expect(tail(client, { logGroupIdentifiers: [identifier] })).rejects.toBeInstanceOf(
        SDK.InvalidParameterException,
      );
    await expect(tail(client, { logGroupIdentifiers: [] })).rejects.toBeInstanceOf(SDK.InvalidParameterException);
    await expect(tail(client, { logEventFilterPattern: "{" })).rejects.toBeInstanceOf(SDK.InvalidParameterException);
    const { responseStream } = await tail(client);
    const kinds: string[] = [];
    for await (const event of responseStream ?? []) {
      kinds.push(...Object.keys(event));
      stack.logs.close();
    }
    expect(kinds).toEqual(["sessionStart"]);
  });
});

it("a function's lines are there as soon as it has answered", async () => {
  const client = await start();
  stack.lambda.define({
    name: "f",
    handler: "index.handler",
    codeDir: stack.code({ "index.mjs": "export const handler = async () => console.log('from inside');" }),
  });
  const { requestId } = await stack.lambda.invoke("f", "{}");
  const { messages } = await all(client, { logGroupName: "/aws/lambda/f", filterPattern: `"${requestId}"` });
  expect(messages).toEqual([
    expect.stringContaining("START"),
    expect.stringContaining("from inside"),
    expect.stringContaining("END"),
    expect.stringContaining("REPORT"),
  ]);
  const heard = vi.fn();
  const stop = stack.logs.subscribe(heard);
  await stack.lambda.invoke("f", "{}");
  stop();
  expect(heard).toHaveBeenCalledWith("/aws/lambda/f", expect.any(String), expect.any(Array), expect.any(Number));
});
