import { expect } from "vitest";
import { refusal } from "../refusal.ts";
import type { TestQueue } from "../test-queue.ts";
import type { QueueCases } from "./index.ts";

/** Seconds until a receive that waits gives a message. */
async function secondsUntilReceived(queue: TestQueue): Promise<number> {
  const startedAt = performance.now();
  await queue.receiveOne();
  return (performance.now() - startedAt) / 1000;
}

export const visibility: QueueCases = {
  "a received message is hidden for the queue's visibility timeout": async ({ create }) => {
    const queue = await create({ VisibilityTimeout: "1" });
    await queue.send("hello");
    const first = await queue.receiveOne();
    expect(await queue.receive()).toEqual([]);
    const second = await queue.receiveOne();
    expect(second.MessageId).toBe(first.MessageId);
    expect(second.Attributes).toMatchObject({ ApproximateReceiveCount: "2" });
  },

  "a receive can name a timeout of its own, 0 included": async ({ create }) => {
    const queue = await create({ VisibilityTimeout: "30" });
    await queue.send("hello");
    await queue.receiveOne({ VisibilityTimeout: 0 });
    await queue.receiveOne({ VisibilityTimeout: 1 });
    expect(await queue.receive()).toEqual([]);
    expect(await secondsUntilReceived(queue)).toBeLessThan(3);
  },

  "a timeout of 0 gives a message back at once": async ({ create }) => {
    const queue = await create();
    await queue.send("hello");
    await queue.changeVisibility(await queue.receiveOne(), 0);
    expect(await queue.bodies()).toEqual(["hello"]);
  },

  "a handle of an earlier receive can give a message back too": async ({ create }) => {
    const queue = await create();
    await queue.send("hello");
    const first = await queue.receiveOne({ VisibilityTimeout: 0 });
    await queue.receiveOne({ VisibilityTimeout: 30 });
    await queue.changeVisibility(first, 0);
    expect(await queue.bodies()).toEqual(["hello"]);
  },

  "a longer timeout keeps a message back": async ({ create }) => {
    const queue = await create({ VisibilityTimeout: "1" });
    await queue.send("hello");
    await queue.changeVisibility(await queue.receiveOne(), 30);
    expect(await queue.receive({ WaitTimeSeconds: 2 })).toEqual([]);
  },

  "a message can be deleted by the handle of the last receive after its timeout": async ({ create }) => {
    const queue = await create({ VisibilityTimeout: "0" });
    await queue.send("hello");
    await queue.remove(await queue.receiveOne());
    expect(await queue.receive()).toEqual([]);
  },

  "deleting twice succeeds": async ({ create }) => {
    const queue = await create();
    await queue.send("hello");
    const message = await queue.receiveOne();
    await queue.remove(message);
    await queue.remove(message);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  },

  "a handle that is none is refused": async ({ create }) => {
    const queue = await create();
    const message = { ReceiptHandle: "none" };
    expect(await refusal(queue.remove(message))).toBe("ReceiptHandleIsInvalid");
    expect(await refusal(queue.changeVisibility(message, 1))).toBe("ReceiptHandleIsInvalid");
  },

  "the timeout of a deleted message cannot be changed": async ({ create }) => {
    const queue = await create();
    await queue.send("hello");
    const message = await queue.receiveOne();
    await queue.remove(message);
    expect(await refusal(queue.changeVisibility(message, 1))).toBe("InvalidParameterValue");
  },

  "changing a timeout that is over already succeeds": async ({ create }) => {
    const queue = await create();
    await queue.send("hello");
    const message = await queue.receiveOne({ VisibilityTimeout: 0 });
    const { $metadata } = await queue.changeVisibility(message, 2);
    expect($metadata.httpStatusCode).toBe(200);
  },

  "a timeout of more than 12 hours is refused": async ({ create }) => {
    const queue = await create();
    await queue.send("hello");
    const message = await queue.receiveOne();
    expect(await refusal(queue.changeVisibility(message, 43_201))).toBe("InvalidParameterValue");
    expect(await refusal(queue.receive({ VisibilityTimeout: 43_201 }))).toBe("InvalidParameterValue");
  },

  "a message's own delay holds it back": async ({ create }) => {
    const queue = await create();
    await queue.send("hello", { DelaySeconds: 1 });
    expect(await queue.receive()).toEqual([]);
    expect(await queue.counts()).toEqual([0, 0, 1]);
    expect(await secondsUntilReceived(queue)).toBeLessThan(3);
  },

  "the queue's delay holds back what has none of its own": async ({ create }) => {
    const queue = await create({ DelaySeconds: "30" });
    await queue.send("late");
    await queue.send("at once", { DelaySeconds: 0 });
    expect(await queue.bodies()).toEqual(["at once"]);
    expect(await queue.counts()).toEqual([0, 1, 1]);
  },

  "a delay of more than 15 minutes is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.send("hello", { DelaySeconds: 901 }))).toBe("InvalidParameterValue");
  },

  "a receive that waits is answered by the message that comes": async ({ create }) => {
    const queue = await create();
    const startedAt = performance.now();
    const waiting = queue.bodies({ WaitTimeSeconds: 10 });
    await queue.send("hello");
    expect(await waiting).toEqual(["hello"]);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  },

  "one message answers one of those that wait": async ({ create }) => {
    const queue = await create();
    const waiting = [queue.bodies({ WaitTimeSeconds: 2 }), queue.bodies({ WaitTimeSeconds: 2 })];
    await queue.send("hello");
    expect((await Promise.all(waiting)).flat()).toEqual(["hello"]);
  },

  "a wait ends empty after the queue's time, unless the receive names one": async ({ create }) => {
    const queue = await create({ ReceiveMessageWaitTimeSeconds: "1" });
    const startedAt = performance.now();
    expect(await queue.receive({ WaitTimeSeconds: 0 })).toEqual([]);
    const short = performance.now() - startedAt;
    expect(short).toBeLessThan(900);
    expect(await queue.receive()).toEqual([]);
    // Servers round to their own ticks.
    expect(performance.now() - startedAt - short).toBeGreaterThan(900);
  },

  "a wait ends when a message's visibility timeout does": async ({ create }) => {
    const queue = await create({ VisibilityTimeout: "1" });
    await queue.send("hello");
    await queue.receiveOne();
    expect(await secondsUntilReceived(queue)).toBeLessThan(3);
  },
};
