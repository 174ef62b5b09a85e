import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { attributesMd5 } from "../attributes-md5.ts";
import { refusal } from "../refusal.ts";
import type { QueueCases } from "./index.ts";

const entries = (count: number, body = "x"): SendMessageBatchRequestEntry[] =>
  Array.from({ length: count }, (_, index) => ({ Id: `e${index}`, MessageBody: body }));

export const batches: QueueCases = {
  "a batch sends each entry, and says for each what it became": async ({ create }) => {
    const queue = await create();
    const MessageAttributes = { a: { DataType: "String", StringValue: "1" } };
    const { Successful = [], Failed = [] } = await queue.sendBatch([
      { Id: "one", MessageBody: "first", MessageAttributes },
      { Id: "two", MessageBody: "second" },
    ]);
    expect(Failed).toEqual([]);
    expect(Successful.map(({ Id }) => Id).sort()).toEqual(["one", "two"]);
    expect(Successful.find(({ Id }) => Id === "one")?.MD5OfMessageAttributes).toBe(attributesMd5(MessageAttributes));
    const received = await queue.receive();
    const ids = Successful.map(({ MessageId }) => MessageId).sort();
    expect(received.map(({ MessageId }) => MessageId).sort()).toEqual(ids);
  },

  "an entry that fails does not hold up the others": async ({ create }) => {
    const queue = await create();
    const { Successful = [], Failed = [] } = await queue.sendBatch([
      { Id: "good", MessageBody: "good" },
      { Id: "bad", MessageBody: "bad \u0000" },
    ]);
    expect(Successful.map(({ Id }) => Id)).toEqual(["good"]);
    expect(Failed).toMatchObject([{ Id: "bad", SenderFault: true, Code: "InvalidMessageContents" }]);
    expect(await queue.bodies()).toEqual(["good"]);
  },

  "a batch deletes what it can, and tells the rest": async ({ create }) => {
    const queue = await create();
    await queue.send("hello");
    const { ReceiptHandle } = await queue.receiveOne();
    const Entries = [
      { Id: "good", ReceiptHandle },
      { Id: "bad", ReceiptHandle: "none" },
    ];
    const { Successful, Failed } = await queue.sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }),
    );
    expect(Successful).toEqual([{ Id: "good" }]);
    expect(Failed).toMatchObject([{ Id: "bad", SenderFault: true, Code: "ReceiptHandleIsInvalid" }]);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  },

  "a batch changes the visibility it can, and tells the rest": async ({ create }) => {
    const queue = await create();
    await queue.send("hello");
    const { ReceiptHandle } = await queue.receiveOne();
    const Entries = [
      { Id: "good", ReceiptHandle, VisibilityTimeout: 0 },
      { Id: "bad", ReceiptHandle: "none", VisibilityTimeout: 0 },
    ];
    const { Successful, Failed } = await queue.sqs.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue.url, Entries }),
    );
    expect(Successful).toEqual([{ Id: "good" }]);
    expect(Failed).toMatchObject([{ Id: "bad", SenderFault: true, Code: "ReceiptHandleIsInvalid" }]);
    expect(await queue.bodies()).toEqual(["hello"]);
  },

  "a batch of none is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.sendBatch([]))).toBe("EmptyBatchRequest");
  },

  "a batch of more than ten is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.sendBatch(entries(11)))).toBe("TooManyEntriesInBatchRequest");
    expect(await queue.counts()).toEqual([0, 0, 0]);
  },

  "a batch whose ids are not distinct is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.sendBatch([...entries(1), ...entries(1)]))).toBe("BatchEntryIdsNotDistinct");
    expect(await queue.counts()).toEqual([0, 0, 0]);
  },

  "a batch with an id of forbidden characters is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.sendBatch([{ Id: "a b", MessageBody: "x" }]))).toBe("InvalidBatchEntryId");
  },

  "a batch longer than 1 MiB in all is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.sendBatch(entries(3, "x".repeat(400_000))))).toBe("BatchRequestTooLong");
    expect(await queue.counts()).toEqual([0, 0, 0]);
  },
};
