import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Settings } from "../../src/contract/settings.ts";
import type { Task } from "../../src/contract/task.ts";
import type { MessageSource, SourceMessage } from "../../src/local/interfaces.ts";
import type { WorkerHandler } from "../../src/runtime/index.ts";
import { createParts, type WorkerParts } from "../../src/runtime/worker/parts.ts";
import { startStage, type TestStage } from "../api/harness.ts";

export interface WorkerStage extends Omit<TestStage, "queue"> {
  queue: MessageSource;
  parts: WorkerParts;
  /** Puts a task's message into the queue, as a producer without the API does. @returns its id. */
  send(task: Partial<Task> | string): Promise<string>;
  /** One delivery, as an event source mapping makes it: receives, invokes, deletes what is done. Waits for a message. */
  deliver(handler: WorkerHandler, options?: { max?: number; timeoutMs?: number }): Promise<SourceMessage[]>;
  /** Moves everything from the dead-letter queue back. */
  redrive(): Promise<number>;
}

/** A stage whose worker runs in this process, delivered to by hand. */
export async function startWorkerStage(change: Partial<Settings> = {}): Promise<WorkerStage> {
  const stage = await startStage({ backoff: { base: 0, max: 0 }, ...change });
  const parts = createParts(stage.settings);
  const source = (url: string): MessageSource => {
    const found = stage.sqs.source(url.split("/").at(-1) ?? "");
    if (!found) throw new Error(`There is no queue ${url}.`);
    return found;
  };
  const queue = source(stage.settings.queueUrl);
  const dead = source(stage.settings.deadLetterQueueUrl);

  const receive = async (max: number): Promise<SourceMessage[]> => {
    for (;;) {
      const messages = queue.receive(max);
      if (messages.length > 0) return messages;
      await new Promise<void>((resolve) => {
        const end = queue.onAvailable(() => (end(), resolve()));
        setTimeout(resolve, 20);
      });
    }
  };

  return {
    ...stage,
    queue,
    parts,
    async send(task) {
      const body =
        typeof task === "string"
          ? task
          : JSON.stringify({ taskId: randomUUID(), userId: "user-1", prompt: "Say hello.", ...task });
      await parts.queue.send(stage.settings.queueUrl, body);
      return typeof task === "string" ? "" : String(JSON.parse(body).taskId);
    },
    async deliver(handler, { max = 1, timeoutMs = 30_000 } = {}) {
      const messages = await receive(max);
      const endsAt = performance.now() + timeoutMs;
      const context = {
        awsRequestId: randomUUID(),
        getRemainingTimeInMillis: () => Math.max(0, endsAt - performance.now()),
      };
      const { batchItemFailures } = await handler({ Records: messages.map(toRecord) }, context);
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { messageId, receiptHandle } of messages) if (!failed.has(messageId)) queue.delete(receiptHandle);
      return messages.filter(({ messageId }) => failed.has(messageId));
    },
    async redrive() {
      // The policy moves a message when a receive is asked for that it has no receives left for.
      queue.receive(10);
      const messages = dead.receive(10);
      for (const { body, receiptHandle } of messages) {
        await parts.queue.send(stage.settings.queueUrl, body);
        dead.delete(receiptHandle);
      }
      return messages.length;
    },
    async close() {
      await parts.sockets.close();
      await stage.close();
    },
  };
}

function toRecord({ messageId, receiptHandle, body, attributes }: SourceMessage) {
  const { ApproximateReceiveCount = "", SentTimestamp = "" } = attributes;
  return { messageId, receiptHandle, body, attributes: { ApproximateReceiveCount, SentTimestamp } };
}

export interface Received {
  headers: IncomingMessage["headers"];
  body: string;
}

/** A receiver of webhooks on the loopback address: answers each call with the next status, the last one for ever. */
export async function startReceiver(
  statuses: number[],
): Promise<{ url: string; calls: Received[]; close(): Promise<void> }> {
  const calls: Received[] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      calls.push({ headers: request.headers, body });
      const status = statuses[Math.min(calls.length, statuses.length) - 1] ?? 200;
      response.writeHead(status, status === 302 ? { location: "http://127.0.0.1:1/" } : {}).end("answer");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    calls,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}
