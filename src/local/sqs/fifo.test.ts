import * as SDK from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";
import { type SqsStack, startSqs } from "../../../test/helpers/sqs.ts";

let stack: SqsStack;
let QueueUrl: string;
let count = 0;
const clock = new ManualClock();
beforeAll(async () => {
  stack = await startSqs({ clock });
});
afterAll(() => stack.close());
beforeEach(async () => {
  QueueUrl = await create({ ContentBasedDeduplication: "true" });
});

const create = async (Attributes: Record<string, string> = {}) =>
  (
    await stack.client.send(
      new SDK.CreateQueueCommand({
        QueueName: `q-${(count += 1)}.fifo`,
        Attributes: { FifoQueue: "true", ...Attributes },
      }),
    )
  ).QueueUrl ?? "";
const send = (MessageGroupId: string, MessageBody: string, more: Partial<SDK.SendMessageCommandInput> = {}) =>
  stack.client.send(new SDK.SendMessageCommand({ QueueUrl, MessageGroupId, MessageBody, ...more }));
const receive = async (more: Partial<SDK.ReceiveMessageCommandInput> = {}) =>
  (await stack.client.send(new SDK.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ??
  [];
const bodies = (messages: SDK.Message[]) => messages.map(({ Body }) => Body);
const remove = (message: SDK.Message | undefined) =>
  stack.client.send(new SDK.DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
const hide = (message: SDK.Message | undefined, VisibilityTimeout: number) =>
  stack.client.send(
    new SDK.ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }),
  );
const stats = () => stack.sqs.stats(QueueUrl.split("/").at(-1) ?? "");

describe("order", () => {
  it("gives several messages of a group in one receive, then nothing of it while one is in flight", async () => {
    for (const body of ["a1", "a2", "a3", "a4"]) await send("a", body);
    await send("b", "b1");
    const first = await receive({ MaxNumberOfMessages: 3 });
    expect(bodies(first)).toEqual(["a1", "a2", "a3"]);
    expect(bodies(await receive())).toEqual(["b1"]);
    await remove(first[0]);
    await remove(first[1]);
    expect(await receive()).toEqual([]);
    await remove(first[2]);
    expect(bodies(await receive())).toEqual(["a4"]);
  });

  it("comes back to a message that failed before what is behind it", async () => {
    for (const body of ["a1", "a2", "a3"]) await send("a", body);
    const [first, second] = await receive({ MaxNumberOfMessages: 2 });
    await hide(second, 0);
    expect(await receive()).toEqual([]);
    await hide(first, 0);
    expect(bodies(await receive())).toEqual(["a1", "a2", "a3"]);
  });

  it("gives a message that comes back early again, not what is behind one in flight", async () => {
    for (const body of ["a1", "a2", "a3"]) await send("a", body);
    await send("b", "b1");
    const [first] = await receive({ MaxNumberOfMessages: 2 });
    await hide(first, 0);
    expect(bodies(await receive())).toEqual(["b1", "a1"]);
  });

  it("keeps the queue's delay, and refuses one of a message's own", async () => {
    QueueUrl = await create({ ContentBasedDeduplication: "true", DelaySeconds: "2" });
    await send("a", "a1");
    expect(stats()).toMatchObject({ delayed: 1, visible: 0 });
    await clock.advance(2000);
    expect(bodies(await receive())).toEqual(["a1"]);
    await expect(send("a", "a2", { DelaySeconds: 2 })).rejects.toMatchObject({
      Code: "InvalidParameterValue",
      message:
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.",
    });
  });

  it("shows group, deduplication id and a growing sequence number of 20 digits", async () => {
    const sent = [
      await send("a", "1", { MessageDeduplicationId: "d1" }),
      await send("b", "2", { MessageDeduplicationId: "d2" }),
    ];
    expect(sent[0]?.SequenceNumber).toMatch(/^\d{20}$/);
    expect(BigInt(sent[1]?.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(sent[0]?.SequenceNumber ?? 0));
    const [message] = await receive({ MessageSystemAttributeNames: ["All"] });
    expect(message?.Attributes).toMatchObject({
      MessageGroupId: "a",
      MessageDeduplicationId: "d1",
      SequenceNumber: sent[0]?.SequenceNumber,
    });
  });
});

describe("deduplication", () => {
  it("accepts the same id for five minutes without delivering it again, deleted or not", async () => {
    const first = await send("a", "one", { MessageDeduplicationId: "d" });
    const [message] = await receive();
    await remove(message);
    await clock.advance(299_999);
    expect(await send("b", "two", { MessageDeduplicationId: "d" })).toMatchObject({
      MessageId: first.MessageId,
      SequenceNumber: first.SequenceNumber,
    });
    expect(await receive()).toEqual([]);
    await clock.advance(1);
    await send("b", "two", { MessageDeduplicationId: "d" });
    expect(bodies(await receive())).toEqual(["two"]);
  });

  it("goes by content when told so, and an explicit id of the same hash counts as the same", async () => {
    await send("a", "same");
    await send("a", "same", { MessageAttributes: { x: { DataType: "String", StringValue: "1" } } });
    const [message, ...rest] = await receive({ MessageSystemAttributeNames: ["All"] });
    expect(rest).toEqual([]);
    await send("a", "other", { MessageDeduplicationId: message?.Attributes?.MessageDeduplicationId });
    expect(stats()).toMatchObject({ visible: 0, inFlight: 1 });
  });

  it("can be per message group", async () => {
    QueueUrl = await create({ DeduplicationScope: "messageGroup", FifoThroughputLimit: "perMessageGroupId" });
    await send("a", "1", { MessageDeduplicationId: "d" });
    await send("b", "2", { MessageDeduplicationId: "d" });
    await send("b", "3", { MessageDeduplicationId: "d" });
    expect(bodies(await receive())).toEqual(["1", "2"]);
    await expect(create({ FifoThroughputLimit: "perMessageGroupId" })).rejects.toMatchObject({
      name: "InvalidAttributeValue",
    });
  });

  it("or the group missing is an error, of a batch as a whole", async () => {
    QueueUrl = await create();
    const noId =
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";
    const noGroup = "The request must contain the parameter MessageGroupId.";
    await expect(send("a", "1")).rejects.toMatchObject({ Code: "InvalidParameterValue", message: noId });
    await expect(send("", "1")).rejects.toMatchObject({ Code: "MissingParameter", message: noGroup });
    const batch = (...entries: object[]) =>
      stack.client.send(
        new SDK.SendMessageBatchCommand({
          QueueUrl,
          Entries: entries.map((entry, index) => ({ Id: `e${index}`, MessageBody: "x", ...entry })),
        }),
      );
    const good = { MessageGroupId: "a", MessageDeduplicationId: "d" };
    await expect(batch(good, { MessageGroupId: "a" })).rejects.toMatchObject({
      Code: "InvalidParameterValue",
      message: noId,
    });
    await expect(batch(good, { MessageDeduplicationId: "d" })).rejects.toMatchObject({
      Code: "InvalidParameterValue",
      message: noGroup,
    });
    expect(stats()).toMatchObject({ visible: 0 });
    expect((await batch(good)).Successful?.[0]?.SequenceNumber).toMatch(/^\d{20}$/);
  });
});

describe("receipt handles", () => {
  it("expire with the visibility timeout, for delete and change alike", async () => {
    await send("a", "1");
    const [message] = await receive({ VisibilityTimeout: 1 });
    await clock.advance(1000);
    const expired = {
      Code: "InvalidParameterValue",
      message: `Value ${message?.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    };
    await expect(remove(message)).rejects.toMatchObject(expired);
    await expect(hide(message, 5)).rejects.toMatchObject(expired);
    const [again] = await receive();
    await expect(remove(message)).rejects.toMatchObject(expired);
    await remove(again);
    await remove(again);
  });
});

describe("ReceiveRequestAttemptId", () => {
  it("gives the same messages and handles again and starts their timeout anew", async () => {
    await send("a", "1");
    await send("a", "2");
    const attempt = {
      ReceiveRequestAttemptId: "try-1",
      VisibilityTimeout: 10,
      MessageSystemAttributeNames: ["All" as const],
    };
    const first = await receive(attempt);
    await clock.advance(9000);
    expect(await receive(attempt)).toEqual(first);
    expect(await receive({ ReceiveRequestAttemptId: "try-2" })).toEqual([]);
    await clock.advance(9000);
    expect(stats()).toMatchObject({ inFlight: 2 });
    await hide(first[1], 30);
    expect(await receive(attempt)).toEqual([]);
    await remove(first[0]);
    expect(await receive(attempt)).toEqual([]);
  });
});
