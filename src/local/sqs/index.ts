import type { LocalContext } from "../context.ts";
import type { Exchange, Service } from "../exchange.ts";
import type { MessageSource, QueueMeters, QueueReading } from "../interfaces.ts";
import { type JsonAction, serveJson } from "../wire/json.ts";
import { ACTIONS } from "./actions/table.ts";
import type { Action } from "./call.ts";
import { ChangeNotice } from "./change-notice.ts";
import { type EngineOptions, SqsEngine } from "./engine.ts";
import { ensureQueue } from "./provision.ts";
import type { Queue } from "./queue.ts";
import { serveQuery } from "./query.ts";
import type { QueueAttributes } from "./queue-attributes.ts";
import { restore } from "./restore.ts";
import { messageSource } from "./source.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { memoryStore } from "./store.ts";

export type SqsOptions = Pick<EngineOptions, "faults">;

/** Exact counts at this moment. */
export interface QueueStats {
  visible: number;
  inFlight: number;
  delayed: number;
  /** Age of the oldest message; absent when the queue is empty. */
  oldestAgeMs?: number;
}

export interface SqsService extends Service {
  /** By name or ARN. */
  source(nameOrArn: string): MessageSource | undefined;
  /**
   * For provisioning: makes the queue or, when it is there, sets the attributes that differ.
   * @throws AwsError as CreateQueue and SetQueueAttributes do.
   */
  createQueue(name: string, attributes?: QueueAttributes): { url: string; arn: string };
  stats(nameOrArn: string): QueueStats | undefined;
  /** Messages that were received and not deleted, with what makes one in flight visible at once. */
  received(nameOrArn: string): { messageId: string; body: string; release(): void }[];
  /** Of a queue, in seconds. */
  visibilityTimeout(nameOrArn: string): number | undefined;
  /** Names of all queues. */
  names(): string[];
  /** For CloudWatch's metrics. */
  meters: QueueMeters;
  /** Calls back, 20 times a second at most, after counts changed. @returns unsubscribe. */
  onQueueChange(listener: () => void): () => void;
  /** Calls back with each message that a redrive policy has moved, in the midst of the receive that moved it. @returns unsubscribe. */
  onDeadLetter(listener: (letter: MovedLetter) => void): () => void;
}

/** A message that was received too often. */
export interface MovedLetter {
  /** Name of the dead-letter queue. */
  queue: string;
  messageId: string;
  body: string;
  /** Epoch milliseconds. */
  sentAt: number;
  /** Somebody is at work on it still, by an earlier delivery. */
  held: boolean;
}

/**
 * Amazon SQS, complete, behind its AWS JSON 1.0 protocol (and the query protocol of old) and in process. State is kept in the context's database `sqs`; where
 * that is in memory the engine keeps none, and is faster for it.
 */
export function createSqs(ctx: LocalContext, options: SqsOptions = {}): SqsService {
  const notice = new ChangeNotice(() => ({ timer: engine.timer, now: engine.now() }));
  const database = ctx.openDatabase("sqs");
  const persistent = database.location() !== null;
  if (!persistent) database.close();
  const store = persistent
    ? new SqliteStore(database, (error) => ctx.failed("The queues' state could not be written", error))
    : memoryStore;
  const buried = new Set<(letter: MovedLetter) => void>();
  const engine = new SqsEngine(ctx, store, {
    ...options,
    onChange: () => notice.changed(),
    onDeadLetter({ queue, messageId, content, sentAt }, { holds }) {
      const letter = { queue: queue.name, messageId, body: content.body, sentAt, held: holds > 0 };
      for (const tell of buried) tell(letter);
    },
  });
  if (persistent) restore(database, engine);

  const urlOf = (name: string) => `${ctx.endpoint()}/${ctx.accountId}/${name}`;
  const actions: Record<string, JsonAction> = {};
  for (const [name, action] of Object.entries(ACTIONS)) {
    actions[name] = (input, exchange) => run(action, input, exchange);
  }

  async function run(action: Action, input: Record<string, unknown>, exchange: Exchange): Promise<unknown> {
    const senderId = exchange.scope.accessKeyId ?? ctx.accountId;
    const trace = exchange.req.headers["x-amzn-trace-id"];
    const traceHeader = typeof trace === "string" ? trace : undefined;
    const result = await action(input, { engine, senderId, traceHeader, hungUp: () => hungUp(exchange), urlOf });
    // Nothing is answered that a killed process would forget.
    await store.committed();
    return result;
  }

  function hungUp(exchange: Exchange): AbortSignal {
    const controller = new AbortController();
    if (exchange.res.destroyed) controller.abort();
    exchange.res.once("close", () => controller.abort());
    return controller.signal;
  }

  const statsOf = ({ visible, inFlight, delayed, oldest }: Queue): QueueStats => ({
    visible,
    inFlight,
    delayed,
    ...(oldest === undefined ? {} : { oldestAgeMs: engine.now() - oldest }),
  });
  const find = (nameOrArn: string): Queue | undefined => engine.queueByArn(nameOrArn) ?? engine.queues.get(nameOrArn);

  return {
    handle: (exchange) =>
      exchange.req.headers["x-amz-target"] === undefined
        ? serveQuery(exchange, actions)
        : serveJson(exchange, { target: "AmazonSQS", version: "1.0", namespace: "com.amazonaws.sqs", actions }),
    source(nameOrArn) {
      const queue = find(nameOrArn);
      return queue && messageSource(engine, queue);
    },
    createQueue(name, attributes = {}) {
      const queue = ensureQueue(engine, name, attributes);
      return {
        arn: queue.arn,
        // Asked for when it is needed: the stack may provision before it listens.
        get url() {
          return urlOf(name);
        },
      };
    },
    stats(nameOrArn) {
      const queue = find(nameOrArn);
      if (!queue) return undefined;
      engine.timer.run();
      return statsOf(queue);
    },
    received(nameOrArn) {
      const queue = find(nameOrArn);
      const messages = [...(queue?.messages.values() ?? [])].filter(({ receiveCount }) => receiveCount > 0);
      return messages.map((message) => ({
        messageId: message.messageId,
        body: message.content.body,
        release: () => void (message.state === "inFlight" && queue?.setVisibility(message, 0)),
      }));
    },
    meters: {
      read() {
        engine.timer.run();
        return [...engine.queues.values()].map((queue): QueueReading => ({
          name: queue.name,
          counts: queue.meter.take(),
          ...statsOf(queue),
        }));
      },
    },
    visibilityTimeout: (nameOrArn) => find(nameOrArn)?.settings.visibilitySeconds,
    names: () => [...engine.queues.keys()],
    onQueueChange: (listener) => notice.listen(listener),
    onDeadLetter(listener) {
      buried.add(listener);
      return () => void buried.delete(listener);
    },
    close: () => engine.close(),
  };
}
