import { ListDeadLetterSourceQueuesCommand } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { refusal } from "../refusal.ts";
import type { TestQueue } from "../test-queue.ts";
import type { QueueCases } from "./index.ts";

/** Queue URLs differ by the host a server calls itself. */
const nameOf = (url: string) => url.split("/").at(-1);

async function sourcesOf(dead: TestQueue): Promise<string[]> {
  const command = new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.url });
  return (await dead.sqs.send(command)).queueUrls ?? [];
}

export const deadLetters: QueueCases = {
  "a message is moved by the receive that would be one too many": async ({ createWithDeadLetters }) => {
    const { source, dead } = await createWithDeadLetters(2);
    await source.send("hello");
    for (const count of ["1", "2"]) {
      const message = await source.receiveOne({ VisibilityTimeout: 0 });
      expect(message.Attributes).toMatchObject({ ApproximateReceiveCount: count });
    }
    expect(await dead.counts()).toEqual([0, 0, 0]);
    expect(await source.receive()).toEqual([]);
    expect(await source.counts()).toEqual([0, 0, 0]);
    expect(await dead.bodies({ WaitTimeSeconds: 2 })).toEqual(["hello"]);
  },

  "a dead letter keeps its id, its attributes and its age": async ({ createWithDeadLetters }) => {
    const { source, dead } = await createWithDeadLetters(1);
    const MessageAttributes = { bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2) } };
    await source.send("hello", { MessageAttributes });
    const message = await source.receiveOne({ VisibilityTimeout: 0 });
    await source.receive();
    const letter = await dead.receiveOne();
    expect(letter.MessageId).toBe(message.MessageId);
    expect(letter.MessageAttributes).toMatchObject(MessageAttributes);
    expect(letter.Attributes).toMatchObject({ SentTimestamp: message.Attributes?.SentTimestamp });
  },

  "a dead letter says which queue it comes from": async ({ createWithDeadLetters }) => {
    const { source, dead } = await createWithDeadLetters(1);
    await source.send("hello");
    await source.receiveOne({ VisibilityTimeout: 0 });
    await source.receive();
    expect((await dead.receiveOne()).Attributes).toMatchObject({ DeadLetterQueueSourceArn: await source.arn() });
  },

  "a dead letter of a FIFO queue lets the next of its group go": async ({ createWithDeadLetters }) => {
    const { source, dead } = await createWithDeadLetters(1, {
      FifoQueue: "true",
      ContentBasedDeduplication: "true",
    });
    for (const body of ["1", "2"]) await source.send(body);
    expect((await source.receiveOne({ VisibilityTimeout: 0 })).Body).toBe("1");
    expect(await source.bodies({ WaitTimeSeconds: 2 })).toEqual(["2"]);
    expect(await dead.bodies({ WaitTimeSeconds: 2 })).toEqual(["1"]);
  },

  "a dead-letter queue lists the queues it serves, by pages": async ({ create, createWithDeadLetters }) => {
    const { source, dead } = await createWithDeadLetters(1);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await dead.arn(), maxReceiveCount: 5 });
    const second = await create({ RedrivePolicy });
    expect((await sourcesOf(dead)).map(nameOf).sort()).toEqual([source, second].map(({ url }) => nameOf(url)).sort());
    const first = await dead.sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.url, MaxResults: 1 }));
    const rest = await dead.sqs.send(
      new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.url, MaxResults: 1, NextToken: first.NextToken }),
    );
    expect(first.queueUrls).toHaveLength(1);
    expect(rest.queueUrls).toHaveLength(1);
    expect(rest.queueUrls).not.toEqual(first.queueUrls);
  },

  "a queue without sources lists none": async ({ create }) => {
    expect(await sourcesOf(await create())).toEqual([]);
  },

  "a redrive policy that names no queue is refused": async ({ create }) => {
    const queue = await create();
    const deadLetterTargetArn = `${await queue.arn()}-none`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    expect(await refusal(queue.set({ RedrivePolicy }))).toBe("InvalidParameterValue");
  },

  "a redrive policy that is no JSON is refused": async ({ create }) => {
    const queue = await create();
    // Which of the two is written nowhere.
    expect(await refusal(queue.set({ RedrivePolicy: "none" }))).toMatch(/^Invalid(Parameter|Attribute)Value$/);
  },

  "a redrive policy that lacks a count, or a queue, is refused": async ({ create }) => {
    const queue = await create();
    const deadLetterTargetArn = await (await create()).arn();
    for (const policy of [{ deadLetterTargetArn }, { maxReceiveCount: "2" }]) {
      expect(await refusal(queue.set({ RedrivePolicy: JSON.stringify(policy) }))).toBe("InvalidParameterValue");
    }
  },

  "an empty redrive policy takes it away": async ({ createWithDeadLetters }) => {
    const { source } = await createWithDeadLetters(1);
    await source.set({ RedrivePolicy: "" });
    await source.send("hello");
    for (const count of ["1", "2"]) {
      const message = await source.receiveOne({ VisibilityTimeout: 0 });
      expect(message.Attributes).toMatchObject({ ApproximateReceiveCount: count });
    }
  },

  "a standard queue cannot be a FIFO queue's dead-letter queue": async ({ create, createFifo }) => {
    const queue = await createFifo();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await (await create()).arn(), maxReceiveCount: 1 });
    expect(await refusal(queue.set({ RedrivePolicy }))).toBe("InvalidParameterValue");
  },

  "a queue that allows no sources is refused as a dead-letter queue": async ({ create }) => {
    const dead = await create({ RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) });
    const queue = await create();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await dead.arn(), maxReceiveCount: 1 });
    // Which of the two is written nowhere.
    expect(await refusal(queue.set({ RedrivePolicy }))).toMatch(/^Invalid(Parameter|Attribute)Value$/);
  },
};
