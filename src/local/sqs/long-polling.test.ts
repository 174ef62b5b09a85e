import * as SDK from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";
import { type SqsStack, startSqs } from "../../../test/helpers/sqs.ts";

let stack: SqsStack;
let clock: ManualClock;
afterEach(() => stack.close());

const start = async (attributes: Record<string, string> = {}, options: Parameters<typeof startSqs>[0] = {}) => {
  clock = new ManualClock();
  stack = await startSqs({ clock, ...options });
  return stack.sqs.createQueue("q", attributes).url;
};
const poll = (QueueUrl: string, more: Partial<SDK.ReceiveMessageCommandInput> = {}, abortSignal?: AbortSignal) =>
  stack.client.send(
    new SDK.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, ...more }),
    abortSignal ? { abortSignal } : {},
  );
const send = (QueueUrl: string, MessageBody: string, more: Partial<SDK.SendMessageCommandInput> = {}) =>
  stack.client.send(new SDK.SendMessageCommand({ QueueUrl, MessageBody, ...more }));
/** Resolves when the server has taken the requests sent so far: a later request on another connection was answered. */
const settled = async () => {
  for (let index = 0; index < 3; index += 1) await stack.client.send(new SDK.ListQueuesCommand({}));
};

describe("long polling", () => {
  it("answers one waiter a message, the longest waiting first, and wakes nobody else", async () => {
    const url = await start();
    const answers: string[] = [];
    const first = poll(url).then(({ Messages }) => answers.push(`first ${Messages?.[0]?.Body}`));
    await settled();
    const second = poll(url).then(({ Messages }) => answers.push(`second ${Messages?.[0]?.Body}`));
    await settled();
    await send(url, "1");
    await first;
    await settled();
    expect(answers).toEqual(["first 1"]);
    await send(url, "2");
    await second;
    expect(answers).toEqual(["first 1", "second 2"]);
  });

  it("gives a waiter all that one batch brings", async () => {
    const url = await start();
    const waiting = poll(url, { MaxNumberOfMessages: 10 });
    await settled();
    const Entries = ["a", "b", "c"].map((Id) => ({ Id, MessageBody: Id }));
    await stack.client.send(new SDK.SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect((await waiting).Messages?.map(({ Body }) => Body)).toEqual(["a", "b", "c"]);
  });

  it("ends empty after the wait, which is the queue's unless the request names one, at any speed", async () => {
    const url = await start({ ReceiveMessageWaitTimeSeconds: "3" }, { speed: 60 });
    let ended = false;
    const waiting = stack.client.send(new SDK.ReceiveMessageCommand({ QueueUrl: url })).finally(() => (ended = true));
    await settled();
    await clock.advance(2999);
    await settled();
    expect(ended).toBe(false);
    await clock.advance(1);
    expect((await waiting).Messages).toBeUndefined();
    expect((await poll(url, { WaitTimeSeconds: 0 })).Messages).toBeUndefined();
  });

  it("wakes for a message whose delay or visibility timeout ends", async () => {
    const url = await start();
    await send(url, "x", { DelaySeconds: 5 });
    const first = poll(url, { VisibilityTimeout: 4 });
    await settled();
    await clock.advance(5000);
    expect((await first).Messages?.[0]?.Body).toBe("x");
    const second = poll(url);
    await settled();
    await clock.advance(4000);
    expect((await second).Messages?.[0]?.Body).toBe("x");
  });

  it("gives nothing to a client that hung up", async () => {
    const url = await start();
    const gone = new AbortController();
    const aborted = poll(url, {}, gone.signal);
    await settled();
    gone.abort();
    await expect(aborted).rejects.toThrow();
    await settled();
    await send(url, "x");
    expect(stack.sqs.stats("q")).toMatchObject({ visible: 1, inFlight: 0 });
  });

  it("does not wake for a message that goes to the dead-letter queue instead", async () => {
    await start();
    const { arn } = stack.sqs.createQueue("dlq");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 });
    const { url } = stack.sqs.createQueue("source", { RedrivePolicy });
    await send(url, "dead");
    await poll(url, { VisibilityTimeout: 1 });
    let ended = false;
    const waiting = poll(url).finally(() => (ended = true));
    await settled();
    await clock.advance(1000);
    await settled();
    expect(stack.sqs.stats("dlq")).toMatchObject({ visible: 1 });
    expect(ended).toBe(false);
    await send(url, "alive");
    expect((await waiting).Messages?.[0]?.Body).toBe("alive");
  });

  it("wakes for the next of a FIFO group when the one in flight is deleted", async () => {
    await start();
    const { url } = stack.sqs.createQueue("q.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
    await send(url, "1", { MessageGroupId: "g" });
    const [first] = (await poll(url)).Messages ?? [];
    await send(url, "2", { MessageGroupId: "g" });
    const waiting = poll(url);
    await settled();
    await stack.client.send(new SDK.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
    expect((await waiting).Messages?.[0]?.Body).toBe("2");
  });

  it("ends when the queue is deleted", async () => {
    const url = await start();
    const waiting = poll(url);
    await settled();
    await stack.client.send(new SDK.DeleteQueueCommand({ QueueUrl: url }));
    expect((await waiting).Messages).toBeUndefined();
  });
});
