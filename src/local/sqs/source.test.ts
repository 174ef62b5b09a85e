import * as SDK from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";
import { type SqsStack, startSqs } from "../../../test/helpers/sqs.ts";
import type { MessageSource } from "../interfaces.ts";

let stack: SqsStack;
let clock: ManualClock;
afterEach(() => stack.close());

const start = async (options: Parameters<typeof startSqs>[0] = {}, attributes: Record<string, string> = {}) => {
  clock = new ManualClock();
  stack = await startSqs({ clock, ...options });
  const { url, arn } = stack.sqs.createQueue("q", attributes);
  const source = stack.sqs.source(arn);
  if (!source) throw new Error("no source");
  return { url, source };
};
const send = (QueueUrl: string, MessageBody = "x", more: Partial<SDK.SendMessageCommandInput> = {}) =>
  stack.client.send(new SDK.SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const one = (source: MessageSource, visibility?: number) => {
  const [message] = source.receive(1, visibility);
  if (!message) throw new Error("nothing to receive");
  return message;
};

describe("the in-process source", () => {
  it("tells listeners when messages become receivable, once for a batch, and stops when told", async () => {
    const { url, source } = await start();
    const listener = vi.fn();
    const stop = source.onAvailable(listener);
    await stack.client.send(
      new SDK.SendMessageBatchCommand({ QueueUrl: url, Entries: ["a", "b"].map((Id) => ({ Id, MessageBody: Id })) }),
    );
    expect(listener).toHaveBeenCalledTimes(1);
    expect(source.receive(10, 5)).toHaveLength(2);
    await clock.advance(5000);
    expect(listener.mock.calls.length).toBeGreaterThan(1);
    stop();
    listener.mockClear();
    await send(url);
    expect(listener).not.toHaveBeenCalled();
  });

  it("tells a new listener of what is there already", async () => {
    const { url, source } = await start();
    await send(url);
    const listener = vi.fn();
    source.onAvailable(listener);
    await vi.waitFor(() => expect(listener).toHaveBeenCalled());
  });

  it("gives messages as Lambda shows them", async () => {
    const { url, source } = await start();
    const sent = await send(url, "body", {
      MessageAttributes: {
        text: { DataType: "String", StringValue: "a" },
        bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2) },
      },
    });
    expect(source).toMatchObject({ name: "q", arn: "arn:aws:sqs:us-east-1:000000000000:q", fifo: false });
    expect(one(source)).toEqual({
      messageId: sent.MessageId,
      receiptHandle: expect.stringMatching(/^AQEB/),
      body: "body",
      md5OfBody: sent.MD5OfMessageBody,
      md5OfMessageAttributes: sent.MD5OfMessageAttributes,
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: String(clock.now()),
        SenderId: "AKIDEXAMPLE",
        ApproximateFirstReceiveTimestamp: String(clock.now()),
      },
      messageAttributes: {
        text: { stringValue: "a", stringListValues: [], binaryListValues: [], dataType: "String" },
        bytes: { binaryValue: "AQI=", stringListValues: [], binaryListValues: [], dataType: "Binary" },
      },
      visibleAt: { scaled: clock.now() + 30_000, real: clock.now() + 30_000 },
    });
  });

  it("deletes and changes visibility", async () => {
    const { url, source } = await start();
    await send(url);
    source.changeVisibility(one(source).receiptHandle, 0);
    expect(stack.sqs.stats("q")).toMatchObject({ visible: 1 });
    source.delete(one(source).receiptHandle);
    expect(stack.sqs.stats("q")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });
});

describe("speed", () => {
  it("divides delays and visibility timeouts", async () => {
    const { url, source } = await start({ speed: 60 });
    await send(url, "x", { DelaySeconds: 60 });
    await clock.advance(999);
    expect(source.receive(1)).toEqual([]);
    await clock.advance(1);
    source.changeVisibility(one(source, 30).receiptHandle, 120);
    await clock.advance(1999);
    expect(source.receive(1)).toEqual([]);
    await clock.advance(1);
    expect(source.receive(1)).toHaveLength(1);
  });

  it("does not hand a held message out before its unscaled deadline", async () => {
    const { url, source } = await start({ speed: 60 });
    await send(url);
    const message = one(source, 30);
    const release = source.hold(message.receiptHandle);
    await clock.advance(29_999);
    expect(source.receive(1)).toEqual([]);
    await clock.advance(1);
    expect(source.receive(1)).toHaveLength(1);
    release();
    expect(stack.sqs.stats("q")).toMatchObject({ inFlight: 1 });
  });

  it("on release goes by the scaled deadline, which may be past, or that of a back-off", async () => {
    const { url, source } = await start({ speed: 60 });
    await send(url);
    const late = one(source, 30);
    const releaseLate = source.hold(late.receiptHandle);
    await clock.advance(2000);
    expect(stack.sqs.stats("q")).toMatchObject({ inFlight: 1 });
    releaseLate();
    expect(stack.sqs.stats("q")).toMatchObject({ visible: 1 });

    const failed = one(source, 900);
    const release = source.hold(failed.receiptHandle);
    source.changeVisibility(failed.receiptHandle, 60);
    release();
    release();
    await clock.advance(999);
    expect(source.receive(1)).toEqual([]);
    await clock.advance(1);
    expect(source.receive(1)).toHaveLength(1);
  });

  it("holds a message for whoever has it, also after a duplicate delivery was given back", async () => {
    const duplicateDelivery = () => stack.sqs.stats("q")?.inFlight === 1 && !duplicated && (duplicated = true);
    let duplicated = false;
    const { url, source } = await start({ speed: 10, faults: { duplicateDelivery } });
    await send(url);
    const releaseFirst = source.hold(one(source).receiptHandle);
    const second = one(source);
    const releaseSecond = source.hold(second.receiptHandle);
    source.changeVisibility(second.receiptHandle, 5);
    releaseSecond();
    await clock.advance(4999);
    expect(source.receive(1)).toEqual([]);
    releaseFirst();
    expect(source.receive(1)).toHaveLength(1);
  });

  it("paces move tasks", async () => {
    const { url, source } = await start({ speed: 10 });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: source.arn, maxReceiveCount: 1 });
    stack.sqs.createQueue("main", { RedrivePolicy });
    for (let index = 0; index < 30; index += 1) await send(url);
    const DestinationArn = stack.sqs.createQueue("target").arn;
    await stack.client.send(
      new SDK.StartMessageMoveTaskCommand({ SourceArn: source.arn, DestinationArn, MaxNumberOfMessagesPerSecond: 1 }),
    );
    await clock.advance(1000);
    expect(stack.sqs.stats("target")).toMatchObject({ visible: 10 });
  });
});

describe("watching and faults", () => {
  it("tells watchers of changes, many at once", async () => {
    const { url } = await start();
    const watcher = vi.fn();
    const stop = stack.sqs.onQueueChange(watcher);
    for (let index = 0; index < 5; index += 1) await send(url);
    expect(watcher).not.toHaveBeenCalled();
    await clock.advance(50);
    expect(watcher).toHaveBeenCalledTimes(1);
    stop();
    await send(url);
    await clock.advance(50);
    expect(watcher).toHaveBeenCalledTimes(1);
  });

  it("delivers twice when that fault is on, and the first handle is stale then", async () => {
    const asked: string[] = [];
    const duplicateDelivery = (queue: string) => asked.push(queue) === 1;
    const { url, source } = await start({ faults: { duplicateDelivery } });
    await send(url);
    const first = one(source);
    const second = one(source);
    expect(second.messageId).toBe(first.messageId);
    expect(source.receive(1)).toEqual([]);
    source.delete(first.receiptHandle);
    expect(stack.sqs.stats("q")).toMatchObject({ inFlight: 1 });
    source.delete(second.receiptHandle);
    expect(stack.sqs.stats("q")).toMatchObject({ inFlight: 0, visible: 0 });
    expect(asked).toEqual(["q", "q"]);
  });

  it("never duplicates on a FIFO queue, whose promise is exactly once", async () => {
    await start({ faults: { duplicateDelivery: () => true } });
    const { url } = stack.sqs.createQueue("q.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
    await send(url, "x", { MessageGroupId: "g" });
    expect(stack.sqs.source("q.fifo")?.receive(1)).toHaveLength(1);
    expect(stack.sqs.stats("q.fifo")).toMatchObject({ visible: 0, inFlight: 1 });
  });
});
