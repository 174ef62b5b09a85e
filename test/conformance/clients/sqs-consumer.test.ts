import { type Message, SQSClient } from "@aws-sdk/client-sqs";
import { once } from "node:events";
import { Consumer, type ConsumerOptions } from "sqs-consumer";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { LocalStack } from "../../../src/local/stack.ts";
import { startOurs } from "../local-stack.ts";
import { createQueues, type TestQueue } from "../queue/test-queue.ts";

describe("sqs-consumer", () => {
  let stack: LocalStack;
  let sqs: SQSClient;
  beforeAll(async () => {
    stack = await startOurs("memory");
    sqs = new SQSClient({
      endpoint: stack.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
  });
  afterAll(async () => {
    sqs.destroy();
    await stack.close();
  });

  /** Consumes until the condition holds, and ends cleanly. */
  async function consume(queue: TestQueue, options: Partial<ConsumerOptions>, until: () => Promise<void>) {
    const consumer = Consumer.create({ queueUrl: queue.url, sqs, waitTimeSeconds: 1, ...options });
    const errors: Error[] = [];
    consumer.on("error", (error) => errors.push(error));
    // What a handler throws is told here too, or the process would end.
    consumer.on("processing_error", () => {});
    consumer.start();
    try {
      await vi.waitFor(until, { timeout: 10_000, interval: 20 });
    } finally {
      const stopped = once(consumer, "stopped");
      consumer.stop({ abort: true });
      await stopped;
    }
    expect(errors).toEqual([]);
  }

  const untilEmpty = (queue: TestQueue) => async () => expect(await queue.counts()).toEqual([0, 0, 0]);

  test("consumes one by one and deletes what was handled", async () => {
    const queue = await createQueues(sqs).create();
    await queue.sendBatch(["1", "2", "3"].map((MessageBody) => ({ Id: MessageBody, MessageBody })));
    const handled: (string | undefined)[] = [];
    const handleMessage = async (message: Message) => {
      handled.push(message.Body);
      return message;
    };
    await consume(queue, { handleMessage }, untilEmpty(queue));
    expect(handled.sort()).toEqual(["1", "2", "3"]);
  });

  test("consumes a batch, and leaves what was not acknowledged", async () => {
    const queue = await createQueues(sqs).create({ VisibilityTimeout: "60" });
    await queue.sendBatch(["1", "2", "bad"].map((MessageBody) => ({ Id: MessageBody, MessageBody })));
    const handleMessageBatch = async (messages: Message[]) => messages.filter(({ Body }) => Body !== "bad");
    await consume(queue, { handleMessageBatch, batchSize: 10 }, async () =>
      expect(await queue.counts()).toEqual([0, 1, 0]),
    );
  });

  test("keeps a message from others by its heartbeat while a handler is slow", async () => {
    const queue = await createQueues(sqs).create();
    await queue.send("slow");
    let handled = 0;
    const handleMessage = async (message: Message) => {
      handled += 1;
      // Longer than the visibility timeout: the poll of another consumer is the clock. It ends between two heartbeats, lest
      // one meets the message that is being deleted.
      expect(await queue.receive({ WaitTimeSeconds: 5 })).toEqual([]);
      return message;
    };
    await consume(queue, { handleMessage, visibilityTimeout: 4, heartbeatInterval: 2 }, untilEmpty(queue));
    expect(handled).toBe(1);
  });

  test("gives a message back at once when its handler fails, until the dead-letter queue takes it", async () => {
    const { source, dead } = await createQueues(sqs).createWithDeadLetters(2);
    await source.send("poison");
    let tries = 0;
    const handleMessage = async () => {
      tries += 1;
      throw new Error("It cannot be handled.");
    };
    const rejected = vi.fn();
    const consumer = Consumer.create({
      queueUrl: source.url,
      sqs,
      handleMessage,
      waitTimeSeconds: 1,
      terminateVisibilityTimeout: true,
    });
    consumer.on("processing_error", rejected);
    consumer.start();
    await vi.waitFor(async () => expect(await dead.counts()).toEqual([1, 0, 0]), { timeout: 10_000, interval: 20 });
    const stopped = once(consumer, "stopped");
    consumer.stop({ abort: true });
    await stopped;
    expect(tries).toBe(2);
    expect(rejected).toHaveBeenCalledTimes(2);
  });

  test("an aborted wait takes no message with it", async () => {
    const queue = await createQueues(sqs).create();
    const handleMessage = async (message: Message) => message;
    const asked = Promise.withResolvers<void>();
    const consumer = Consumer.create({
      queueUrl: queue.url,
      sqs,
      waitTimeSeconds: 20,
      handleMessage,
      preReceiveMessageCallback: async () => asked.resolve(),
    });
    consumer.on("error", () => {});
    const aborted = once(consumer, "aborted");
    consumer.start();
    await asked.promise;
    // Another call's way there and back: the receive has left by then.
    expect(await queue.counts()).toEqual([0, 0, 0]);
    consumer.stop({ abort: true });
    await aborted;
    // And again: the server has heard of the hang-up by then.
    expect(await queue.counts()).toEqual([0, 0, 0]);
    await queue.send("later");
    expect((await queue.receiveOne()).Attributes).toMatchObject({ ApproximateReceiveCount: "1" });
  });
});
