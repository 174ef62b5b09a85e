import * as SDK from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";
import { type SqsStack, startSqs } from "../../../test/helpers/sqs.ts";

let stack: SqsStack;
let count = 0;
const clock = new ManualClock();
beforeAll(async () => {
  stack = await startSqs({ clock });
});
afterAll(() => stack.close());

interface Queues {
  source: string;
  dlq: string;
}
const arnOf = (url: string) => `arn:aws:sqs:us-east-1:000000000000:${url.split("/").at(-1)}`;
const stats = (url: string) => stack.sqs.stats(arnOf(url));
const create = (fifo: boolean, attributes: Record<string, string> = {}) =>
  stack.sqs.createQueue(`q-${(count += 1)}${fifo ? ".fifo" : ""}`, {
    ...(fifo ? { FifoQueue: "true", ContentBasedDeduplication: "true" } : {}),
    ...attributes,
  }).url;
const pair = (fifo = false, maxReceiveCount = 2): Queues => {
  const dlq = create(fifo);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dlq), maxReceiveCount });
  return { dlq, source: create(fifo, { RedrivePolicy }) };
};
const send = (QueueUrl: string, MessageBody: string, more: Partial<SDK.SendMessageCommandInput> = {}) =>
  stack.client.send(
    new SDK.SendMessageCommand({
      QueueUrl,
      MessageBody,
      ...(QueueUrl.endsWith(".fifo") ? { MessageGroupId: "g" } : {}),
      ...more,
    }),
  );
const receive = async (QueueUrl: string, VisibilityTimeout = 0) =>
  (
    await stack.client.send(
      new SDK.ReceiveMessageCommand({
        QueueUrl,
        VisibilityTimeout,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
      }),
    )
  ).Messages ?? [];
/** Receives until all that is there has been moved. */
const kill = async ({ source, dlq }: Queues, expected: number) => {
  while ((stats(dlq)?.visible ?? 0) < expected) await receive(source);
};

describe("the redrive policy", () => {
  it("moves a message on the receive that would be one too many, and not before", async () => {
    const { source, dlq } = pair();
    const sentAt = String(clock.now());
    const sent = await send(source, "x", { MessageAttributes: { n: { DataType: "Number", StringValue: "1" } } });
    for (const receives of ["1", "2"]) {
      const [message] = await receive(source, 5);
      expect(message?.Attributes?.ApproximateReceiveCount).toBe(receives);
      await clock.advance(5000);
    }
    expect(stats(source)).toMatchObject({ visible: 1 });
    expect(await receive(source)).toEqual([]);
    expect(stats(source)).toMatchObject({ visible: 0 });
    const [dead] = await receive(dlq);
    expect(dead).toMatchObject({
      MessageId: sent.MessageId,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      // The third receive is this one: the move did not count.
      Attributes: { ApproximateReceiveCount: "3", SentTimestamp: sentAt, DeadLetterQueueSourceArn: arnOf(source) },
    });
  });

  it("gives the next message in the same receive", async () => {
    const { source, dlq } = pair(false, 1);
    await send(source, "dead");
    await receive(source);
    await send(source, "alive");
    expect((await receive(source, 30)).map(({ Body }) => Body)).toEqual(["alive"]);
    expect(stats(dlq)).toMatchObject({ visible: 1 });
  });

  it("keeps the age on a standard queue, and starts it anew on FIFO with a new deduplication id", async () => {
    for (const fifo of [false, true]) {
      const queues = pair(fifo, 1);
      const { MessageId } = await send(queues.source, "x");
      await clock.advance(60_000);
      await receive(queues.source);
      await receive(queues.source);
      expect(stats(queues.dlq)).toMatchObject({ visible: 1, oldestAgeMs: fifo ? 0 : 60_000 });
      const [dead] = await receive(queues.dlq);
      expect(dead?.MessageId).toBe(MessageId);
      expect(dead?.Attributes?.MessageDeduplicationId).toBe(fifo ? MessageId : undefined);
    }
  });

  it("unblocks a FIFO group by moving its head", async () => {
    const { source } = pair(true, 1);
    await send(source, "1");
    await send(source, "2");
    const receiveOne = async () =>
      (await stack.client.send(new SDK.ReceiveMessageCommand({ QueueUrl: source, VisibilityTimeout: 0 }))).Messages?.[0]
        ?.Body;
    expect(await receiveOne()).toBe("1");
    expect(await receiveOne()).toBe("2");
  });

  it("delivers on when the dead-letter queue is gone", async () => {
    const { source, dlq } = pair(false, 1);
    await send(source, "x");
    await stack.client.send(new SDK.DeleteQueueCommand({ QueueUrl: dlq }));
    expect(await receive(source)).toHaveLength(1);
    expect(await receive(source)).toHaveLength(1);
  });

  it("counts receives in each queue of a chain by itself", async () => {
    const last = create(false);
    const { source, dlq } = pair(false, 2);
    await stack.client.send(
      new SDK.SetQueueAttributesCommand({
        QueueUrl: dlq,
        Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(last), maxReceiveCount: 2 }) },
      }),
    );
    await send(source, "x");
    await kill({ source, dlq }, 1);
    await kill({ source: dlq, dlq: last }, 1);
    const [message] = await receive(last);
    expect(message?.Attributes).toMatchObject({ ApproximateReceiveCount: "5", DeadLetterQueueSourceArn: arnOf(dlq) });
  });
});

describe("move tasks", () => {
  const start = (input: SDK.StartMessageMoveTaskCommandInput) =>
    stack.client.send(new SDK.StartMessageMoveTaskCommand(input));
  const list = async (SourceArn: string, MaxResults?: number) =>
    (await stack.client.send(new SDK.ListMessageMoveTasksCommand({ SourceArn, ...(MaxResults ? { MaxResults } : {}) })))
      .Results ?? [];
  const dead = async (queues: Queues, number: number) => {
    for (let index = 0; index < number; index += 1) await send(queues.source, `m${index}`);
    await kill(queues, number);
  };

  it("send messages back to where they came from, as new ones", async () => {
    const queues = pair(false, 1);
    const other = pair(false, 1);
    await stack.client.send(
      new SDK.SetQueueAttributesCommand({
        QueueUrl: other.source,
        Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(queues.dlq), maxReceiveCount: 1 }) },
      }),
    );
    const sent = await send(queues.source, "mine");
    await send(other.source, "other");
    await kill(queues, 1);
    await kill({ source: other.source, dlq: queues.dlq }, 2);
    await clock.advance(60_000);
    const { TaskHandle } = await start({ SourceArn: arnOf(queues.dlq) });
    expect(await list(arnOf(queues.dlq))).toMatchObject([
      { Status: "RUNNING", TaskHandle, ApproximateNumberOfMessagesToMove: 2 },
    ]);
    await clock.advance(10);
    const [task] = await list(arnOf(queues.dlq));
    expect(task).toEqual({
      Status: "COMPLETED",
      SourceArn: arnOf(queues.dlq),
      ApproximateNumberOfMessagesMoved: 2,
      ApproximateNumberOfMessagesToMove: 2,
      StartedTimestamp: clock.now() - 10,
    });
    expect(stats(other.source)).toMatchObject({ visible: 1 });
    const [message] = await receive(queues.source);
    expect(message?.Body).toBe("mine");
    expect(message?.MessageId).not.toBe(sent.MessageId);
    expect(message?.Attributes).toMatchObject({ ApproximateReceiveCount: "1", SentTimestamp: String(clock.now() - 9) });
    expect(message?.Attributes).not.toHaveProperty("DeadLetterQueueSourceArn");
    expect(stats(queues.source)?.oldestAgeMs).toBeLessThan(100);
  });

  it("go to the destination that is named, at the rate that is asked for, until they are cancelled", async () => {
    const queues = pair(false, 1);
    const target = create(false);
    await dead(queues, 10);
    const SourceArn = arnOf(queues.dlq);
    const { TaskHandle } = await start({ SourceArn, DestinationArn: arnOf(target), MaxNumberOfMessagesPerSecond: 2 });
    await expect(start({ SourceArn })).rejects.toMatchObject({
      Code: "InvalidParameterValue",
      message:
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
    });
    await clock.advance(499);
    expect(stats(target)).toMatchObject({ visible: 0 });
    await clock.advance(1501);
    expect(stats(target)).toMatchObject({ visible: 4 });
    const cancelled = await stack.client.send(new SDK.CancelMessageMoveTaskCommand({ TaskHandle }));
    expect(cancelled.ApproximateNumberOfMessagesMoved).toBe(4);
    await clock.advance(5000);
    expect(stats(queues.dlq)).toMatchObject({ visible: 6 });
    expect(await list(SourceArn)).toMatchObject([
      { Status: "CANCELLED", DestinationArn: arnOf(target), MaxNumberOfMessagesPerSecond: 2 },
    ]);
    await expect(stack.client.send(new SDK.CancelMessageMoveTaskCommand({ TaskHandle }))).rejects.toMatchObject({
      Code: "InvalidParameterValue",
    });
    await start({ SourceArn });
    await clock.advance(10);
    expect(await list(SourceArn, 10)).toMatchObject([{ Status: "COMPLETED" }, { Status: "CANCELLED" }]);
  });

  it("fail on a message that was sent straight to the dead-letter queue, and leave it there", async () => {
    const queues = pair(false, 1);
    await dead(queues, 1);
    await send(queues.dlq, "direct");
    await start({ SourceArn: arnOf(queues.dlq) });
    await clock.advance(10);
    expect(await list(arnOf(queues.dlq))).toMatchObject([
      { Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource", ApproximateNumberOfMessagesMoved: 1 },
    ]);
    expect((await receive(queues.dlq)).map(({ Body }) => Body)).toEqual(["direct"]);
  });

  it("fail when the destination goes away", async () => {
    const queues = pair(false, 1);
    const target = create(false);
    await dead(queues, 4);
    await start({ SourceArn: arnOf(queues.dlq), DestinationArn: arnOf(target), MaxNumberOfMessagesPerSecond: 1 });
    await clock.advance(2000);
    await stack.client.send(new SDK.DeleteQueueCommand({ QueueUrl: target }));
    await clock.advance(2000);
    expect(await list(arnOf(queues.dlq))).toMatchObject([
      {
        Status: "FAILED",
        FailureReason: "AWS.SimpleQueueService.NonExistentQueue",
        ApproximateNumberOfMessagesMoved: 2,
      },
    ]);
    expect(stats(queues.dlq)).toMatchObject({ visible: 2 });
  });

  it("keep the order of a FIFO queue and are not stopped by deduplication", async () => {
    const queues = pair(true, 1);
    await dead(queues, 5);
    for (let round = 0; round < 2; round += 1) {
      await start({ SourceArn: arnOf(queues.dlq) });
      await clock.advance(10);
      expect((await receive(queues.source)).map(({ Body }) => Body)).toEqual(["m0", "m1", "m2", "m3", "m4"]);
      await kill(queues, 5);
    }
  });

  it.each([
    [
      "a source that is not there",
      () => ({ SourceArn: "arn:aws:sqs:us-east-1:000000000000:none" }),
      "ResourceNotFoundException",
      /SourceArn/,
    ],
    [
      "a source that is nobody's dead-letter queue",
      () => ({ SourceArn: arnOf(create(false)) }),
      "InvalidParameterValue",
      /^Source queue must be configured as a Dead Letter Queue\.$/,
    ],
    [
      "a destination that is not there",
      () => ({ SourceArn: arnOf(pair().dlq), DestinationArn: "arn:aws:sqs:us-east-1:000000000000:none" }),
      "ResourceNotFoundException",
      /DestinationArn/,
    ],
    [
      "a destination of the other type",
      () => ({ SourceArn: arnOf(pair().dlq), DestinationArn: arnOf(create(true)) }),
      "InvalidParameterValue",
      /same type/,
    ],
    [
      "a rate over 500",
      () => ({ SourceArn: arnOf(pair().dlq), MaxNumberOfMessagesPerSecond: 501 }),
      "InvalidParameterValue",
      /between 1 and 500/,
    ],
  ])("refuse %s", async (_what, input, Code, message) => {
    await expect(start(input())).rejects.toMatchObject({ Code, message: expect.stringMatching(message) });
  });

  it.each([
    ["garbage", "InvalidParameterValue", "Value for parameter TaskHandle is invalid."],
    [
      `{"taskId":"x","sourceArn":"arn:aws:sqs:us-east-1:000000000000:none"}`,
      "ResourceNotFoundException",
      "The resource that you specified for the SourceArn parameter doesn't exist.",
    ],
  ])("cannot be cancelled by %s", async (handle, Code, message) => {
    const TaskHandle = Buffer.from(handle).toString("base64");
    await expect(stack.client.send(new SDK.CancelMessageMoveTaskCommand({ TaskHandle }))).rejects.toMatchObject({
      Code,
      message,
    });
  });
});
