import { PurgeQueueCommand } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { refusal } from "../refusal.ts";
import type { QueueCases } from "./index.ts";

export const fifo: QueueCases = {
  "messages of a group come in order, several in one receive": async ({ createFifo }) => {
    const queue = await createFifo();
    for (const body of ["1", "2", "3"]) await queue.send(body);
    expect(await queue.bodies()).toEqual(["1", "2", "3"]);
  },

  "a group with a message in flight gives nothing more, the others do": async ({ createFifo }) => {
    const queue = await createFifo();
    for (const body of ["a1", "a2"]) await queue.send(body, { MessageGroupId: "a" });
    const first = await queue.receiveOne();
    await queue.send("b1", { MessageGroupId: "b" });
    expect(await queue.bodies()).toEqual(["b1"]);
    await queue.remove(first);
    expect(await queue.bodies()).toEqual(["a2"]);
  },

  "a message that comes back comes before what is behind it": async ({ createFifo }) => {
    const queue = await createFifo({ VisibilityTimeout: "1" });
    for (const body of ["1", "2"]) await queue.send(body);
    expect((await queue.receiveOne()).Body).toBe("1");
    expect(await queue.bodies({ WaitTimeSeconds: 5 })).toEqual(["1", "2"]);
  },

  "a message that comes back early is given again, and nothing behind one in flight": async ({ createFifo }) => {
    const queue = await createFifo();
    for (const body of ["1", "2", "3"]) await queue.send(body);
    const [first] = await queue.receive({ MaxNumberOfMessages: 2 });
    await queue.changeVisibility(first ?? {}, 0);
    expect(await queue.bodies()).toEqual(["1"]);
  },

  "the same deduplication id is accepted and not delivered again, also after a delete": async ({ createFifo }) => {
    const queue = await createFifo();
    await queue.send("first", { MessageDeduplicationId: "same" });
    await queue.send("second", { MessageDeduplicationId: "same" });
    const message = await queue.receiveOne();
    expect(message.Body).toBe("first");
    await queue.remove(message);
    await queue.send("third", { MessageDeduplicationId: "same" });
    expect(await queue.receive()).toEqual([]);
  },

  "the same content is the same message, where the queue goes by content": async ({ createFifo }) => {
    const queue = await createFifo();
    await queue.send("same", { MessageAttributes: { a: { DataType: "String", StringValue: "1" } } });
    await queue.send("same");
    await queue.send("same", { MessageDeduplicationId: "another" });
    expect(await queue.bodies()).toEqual(["same", "same"]);
  },

  "a queue that does not go by content wants an id": async ({ createFifo }) => {
    const queue = await createFifo({ ContentBasedDeduplication: "false" });
    expect(await refusal(queue.send("x"))).toBe("InvalidParameterValue");
    await queue.send("x", { MessageDeduplicationId: "id" });
    expect(await queue.bodies()).toEqual(["x"]);
  },

  "a message without a group is refused": async ({ createFifo }) => {
    const queue = await createFifo();
    expect(await refusal(queue.send("x", { MessageGroupId: undefined }))).toBe("MissingParameter");
  },

  "a delay of a message's own is refused": async ({ createFifo }) => {
    const queue = await createFifo();
    expect(await refusal(queue.send("x", { DelaySeconds: 1 }))).toBe("InvalidParameterValue");
  },

  "a message shows group, deduplication id and a sequence number that grows": async ({ createFifo }) => {
    const queue = await createFifo();
    const sent = [await queue.send("1", { MessageDeduplicationId: "d1" }), await queue.send("2")];
    const [first, second] = await queue.receive();
    expect(first?.Attributes).toMatchObject({
      MessageGroupId: "group",
      MessageDeduplicationId: "d1",
      SequenceNumber: sent[0]?.SequenceNumber,
    });
    expect(second?.Attributes).toMatchObject({ SequenceNumber: sent[1]?.SequenceNumber });
    expect(BigInt(sent[1]?.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(sent[0]?.SequenceNumber ?? 0));
  },

  "a receive that is tried again with its attempt id gives the same messages": async ({ createFifo }) => {
    const queue = await createFifo();
    for (const body of ["1", "2"]) await queue.send(body);
    const ReceiveRequestAttemptId = "attempt-1";
    const first = await queue.receive({ ReceiveRequestAttemptId });
    const second = await queue.receive({ ReceiveRequestAttemptId });
    expect(second.map(({ MessageId }) => MessageId)).toEqual(first.map(({ MessageId }) => MessageId));
    expect(first).toHaveLength(2);
  },

  "a purge forgets the deduplication ids": async ({ createFifo, sqs }) => {
    const queue = await createFifo();
    await queue.send("before", { MessageDeduplicationId: "same" });
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
    await queue.send("after", { MessageDeduplicationId: "same" });
    expect(await queue.bodies({ WaitTimeSeconds: 1 })).toEqual(["after"]);
  },

  "a handle of an expired receive deletes nothing and says so": async ({ createFifo }) => {
    const queue = await createFifo();
    await queue.send("x");
    const message = await queue.receiveOne({ VisibilityTimeout: 1 });
    await queue.receiveOne();
    expect(await refusal(queue.remove(message))).toBe("InvalidParameterValue");
    expect(await queue.counts()).toEqual([0, 1, 0]);
  },

  "a batch keeps the order of its entries": async ({ createFifo }) => {
    const queue = await createFifo();
    await queue.sendBatch(
      ["1", "2", "3"].map((MessageBody) => ({ Id: MessageBody, MessageBody, MessageGroupId: "group" })),
    );
    expect(await queue.bodies()).toEqual(["1", "2", "3"]);
  },
};
