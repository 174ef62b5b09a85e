import { randomUUID } from "node:crypto";
import type { LocalContext } from "../context.ts";
import type { Sent } from "./deduplication.ts";
import {
  invalidValue,
  messageGone,
  receiptHandleExpired,
  receiptHandleIsInvalid,
  receiptHandleOfOtherQueue,
} from "./errors.ts";
import { MAX_VISIBILITY_SECONDS } from "./limits.ts";
import { type Content, Message } from "./message.ts";
import { MoveTasks } from "./move-tasks.ts";
import { Queue, type QueueHost } from "./queue.ts";
import type { QueueAttributes } from "./queue-attributes.ts";
import { decodeReceipt } from "./receipt.ts";
import type { Store } from "./store.ts";
import { Timer } from "./timer.ts";

export interface EngineOptions {
  /** Asked at each delivery from a standard queue; true delivers the message once more than it should be. */
  faults?: { duplicateDelivery(queueName: string): boolean };
  /** The counts of some queue changed; called often and must be cheap. */
  onChange?(): void;
  /** A redrive policy has moved a message: as it lies in the dead-letter queue now, and as it was. */
  onDeadLetter?(letter: Message, from: Message): void;
}

type EngineContext = Pick<LocalContext, "clock" | "speed" | "region" | "accountId">;

/** Sequence numbers a millisecond: they start from the clock, so that they grow over restarts without being stored. */
const SEQ_PER_MS = 1024;

/** All queues of a stack, and what goes on between them. It knows nothing of the wire. */
export class SqsEngine implements QueueHost {
  readonly timer: Timer;
  readonly store: Store;
  readonly tasks: MoveTasks;
  readonly queues = new Map<string, Queue>();
  /** When a name was deleted, epoch milliseconds: it is not free at once. */
  readonly deletedAt = new Map<string, number>();
  readonly #context: EngineContext;
  readonly #options: EngineOptions;
  #seq = 0;

  constructor(context: EngineContext, store: Store, options: EngineOptions = {}) {
    this.#context = context;
    this.#options = options;
    this.store = store;
    this.timer = new Timer(context.clock);
    this.tasks = new MoveTasks({
      speed: context.speed,
      queueByArn: (arn) => this.queueByArn(arn),
      schedule: (task, due) => this.timer.schedule(task, due),
      cancel: (task) => this.timer.cancel(task),
      redrive: (message, destination) => this.#redrive(message, destination),
      save: (state) => store.saveTask(state),
    });
  }

  now(): number {
    return this.#context.clock.now();
  }

  scaled(seconds: number): number {
    return (seconds * 1000) / this.#context.speed;
  }

  changed(): void {
    this.#options.onChange?.();
  }

  duplicates(queue: Queue): boolean {
    return this.#options.faults?.duplicateDelivery(queue.name) ?? false;
  }

  arnOf(name: string): string {
    return `arn:aws:sqs:${this.#context.region}:${this.#context.accountId}:${name}`;
  }

  queueByArn(arn: string): Queue | undefined {
    const queue = this.queues.get(arn.slice(arn.lastIndexOf(":") + 1));
    return queue?.arn === arn ? queue : undefined;
  }

  /** Queues whose dead letters go to this one. */
  sourcesOf(deadLetterQueue: Queue): Queue[] {
    return [...this.queues.values()].filter(
      (queue) => queue.settings.redrive?.deadLetterTargetArn === deadLetterQueue.arn,
    );
  }

  createQueue(name: string, attributes: QueueAttributes, tags: Record<string, string>): Queue {
    const now = this.now();
    const queue = this.restoreQueue({
      uid: this.nextSeq(now),
      name,
      arn: this.arnOf(name),
      attributes,
      tags,
      createdAt: now,
      modifiedAt: now,
    });
    this.store.saveQueue(queue);
    return queue;
  }

  /** Adds a queue as the store knows it. */
  restoreQueue(init: ConstructorParameters<typeof Queue>[1]): Queue {
    const queue = new Queue(this, init);
    this.queues.set(init.name, queue);
    this.#seq = Math.max(this.#seq, init.uid);
    this.changed();
    return queue;
  }

  /** Adds a message as the store knows it. */
  restoreMessage(message: Message, visibleAt: number, state: "delayed" | "inFlight"): void {
    message.queue.add(message, visibleAt, state);
    this.#seq = Math.max(this.#seq, message.seq);
  }

  deleteQueue(queue: Queue): void {
    queue.close();
    this.queues.delete(queue.name);
    this.deletedAt.set(queue.name, this.now());
    this.store.dropQueue(queue.uid);
    this.changed();
  }

  /** @param delaySeconds of this message; the queue's when absent. */
  send(queue: Queue, content: Content, delaySeconds = queue.settings.delaySeconds): Sent {
    const now = this.now();
    if (content.dedupId === undefined) return this.#enqueue(queue, content, delaySeconds, now);
    const key = queue.settings.dedupPerGroup ? `${content.groupId} ${content.dedupId}` : content.dedupId;
    const earlier = queue.dedup.find(key, now);
    if (earlier) return earlier;
    const sent = this.#enqueue(queue, content, delaySeconds, now);
    this.store.saveDedup(queue.uid, key, queue.dedup.add(key, sent, now));
    return sent;
  }

  /**
   * Deletes by receipt handle. On a standard queue a handle that a later receive made stale succeeds and deletes nothing,
   * the worse of the two cases that AWS documents; on a FIFO queue it has expired.
   * @throws ReceiptHandleIsInvalid, InvalidParameterValueException
   */
  deleteMessage(queue: Queue, handle: string): void {
    const { message, current } = this.#find(queue, handle);
    if (message && queue.fifo && (!current || message.state !== "inFlight")) throw receiptHandleExpired(handle);
    queue.meter.deleted();
    if (message && current) queue.remove(message);
  }

  /**
   * Counts a message's visibility timeout anew from now; on a standard queue by any of its handles. For a message whose timeout
   * is over already AWS answers with success and changes nothing.
   * @throws ReceiptHandleIsInvalid, InvalidParameterValueException
   */
  changeVisibility(queue: Queue, handle: string, seconds: number): void {
    const { message, current } = this.#find(queue, handle);
    if (!message) throw messageGone(handle);
    if (queue.fifo && (!current || message.state !== "inFlight")) throw receiptHandleExpired(handle);
    if (message.state !== "inFlight") return;
    const elapsed = Math.floor((this.now() - message.receivedAt) / 1000);
    if (elapsed + seconds > MAX_VISIBILITY_SECONDS) {
      throw invalidValue(
        seconds,
        "VisibilityTimeout",
        `Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY_SECONDS} seconds]`,
      );
    }
    queue.setVisibility(message, seconds);
  }

  /**
   * Keeps a message from becoming visible before its unscaled deadline for as long as anyone holds it: also whoever has it by
   * a delivery before the last. @returns release.
   */
  hold(queue: Queue, handle: string): () => void {
    const { message, current } = this.#find(queue, handle);
    if (!message || !current) return () => {};
    message.holds += 1;
    // For a fault it may be visible already, to be delivered a second time.
    if (message.state === "inFlight") queue.retime(message);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      message.holds -= 1;
      if (message.state === "inFlight") queue.retime(message);
    };
  }

  deadLetter(message: Message): boolean {
    const source = message.queue;
    const arn = source.settings.redrive?.deadLetterTargetArn;
    const target = arn === undefined ? undefined : this.queueByArn(arn);
    if (!target || target === source) return false;
    const now = this.now();
    source.remove(message);
    // FIFO: a new deduplication id keeps two messages apart that shared theirs, and the message is as old as its move.
    const content = target.fifo ? { ...message.content, dedupId: message.messageId } : message.content;
    const letter = new Message(target, {
      seq: this.nextSeq(now),
      messageId: message.messageId,
      content,
      sentAt: target.fifo ? now : message.sentAt,
      enqueuedAt: target.fifo ? now : message.enqueuedAt,
      deadLetterSource: source.arn,
      receiveCount: message.receiveCount,
      priorReceives: message.receiveCount,
      ...(message.firstReceivedAt === undefined ? {} : { firstReceivedAt: message.firstReceivedAt }),
    });
    this.#place(letter, now);
    this.#options.onDeadLetter?.(letter, message);
    return true;
  }

  close(): void {
    this.timer.close();
    for (const queue of this.queues.values()) queue.waiters.endAll();
    this.store.close();
  }

  nextSeq(now: number): number {
    this.#seq = Math.max(this.#seq + 1, Math.floor(now) * SEQ_PER_MS);
    return this.#seq;
  }

  #enqueue(queue: Queue, content: Content, delaySeconds: number, now: number): Sent {
    const seq = this.nextSeq(now);
    const message = new Message(queue, { seq, messageId: randomUUID(), content, sentAt: now, enqueuedAt: now });
    this.#place(message, now + this.scaled(delaySeconds));
    return { messageId: message.messageId, sequenceNumber: message.sequenceNumber() };
  }

  #redrive(message: Message, destination: Queue): void {
    message.queue.remove(message);
    this.#enqueue(destination, message.content, 0, this.now());
  }

  #place(message: Message, visibleAt: number): void {
    message.queue.add(message, visibleAt);
    this.store.touch(message);
  }

  /** @returns no message when it is gone; `current` when no later receive has a newer handle. */
  #find(queue: Queue, handle: string): { message: Message | undefined; current: boolean } {
    const receipt = decodeReceipt(handle);
    if (!receipt) throw receiptHandleIsInvalid(handle);
    if (receipt.queueUid !== queue.uid) throw receiptHandleOfOtherQueue(handle);
    this.timer.run();
    const message = queue.messages.get(receipt.seq);
    if (message?.messageId !== receipt.messageId) return { message: undefined, current: false };
    return { message, current: message.serial === receipt.serial };
  }
}
