import { DeduplicationWindow } from "./deduplication.ts";
import type { DeliveryOrder, Visit } from "./delivery-order.ts";
import { FifoOrder } from "./fifo-order.ts";
import { IndexedHeap } from "./heap.ts";
import { MAX_IN_FLIGHT } from "./limits.ts";
import type { Delivery, Message, MessageState } from "./message.ts";
import { QueueMeter } from "./meter.ts";
import { type QueueAttributes, type QueueSettings, settingsOf } from "./queue-attributes.ts";
import { ReceiveAttempts } from "./receive-attempts.ts";
import { StandardOrder } from "./standard-order.ts";
import type { Store } from "./store.ts";
import type { Timed, Timer } from "./timer.ts";
import { Waiters } from "./waiters.ts";

/** What a queue needs of the engine it belongs to. */
export interface QueueHost {
  readonly timer: Timer;
  readonly store: Store;
  now(): number;
  /** Seconds of the API in real milliseconds, with the engine's speed applied. */
  scaled(seconds: number): number;
  /** Whether the fault of a duplicate delivery is on for this one. */
  duplicates(queue: Queue): boolean;
  /** Moves a message that was received too often to its dead-letter queue. @returns false when there is none. */
  deadLetter(message: Message): boolean;
  /** The queue's counts changed. */
  changed(): void;
}

export interface QueueInit {
  uid: number;
  name: string;
  arn: string;
  attributes: QueueAttributes;
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
}

/** A queue: its messages by state, their order, deadlines, age, and who waits for them. */
export class Queue {
  readonly uid: number;
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly createdAt: number;
  readonly messages = new Map<number, Message>();
  readonly dedup = new DeduplicationWindow();
  readonly attempts = new ReceiveAttempts();
  readonly meter = new QueueMeter();
  readonly waiters: Waiters;
  modifiedAt: number;
  purgedAt = -Infinity;
  tags: Record<string, string>;
  attributes: QueueAttributes;
  settings: QueueSettings;
  readonly #host: QueueHost;
  readonly #order: DeliveryOrder;
  readonly #listeners = new Set<() => void>();
  readonly #counts: Record<MessageState, number> = { gone: 0, delayed: 0, visible: 0, inFlight: 0 };
  readonly #ages = new IndexedHeap<Message>(
    (message) => message.enqueuedAt,
    (message) => message.ageSlot,
    (message, slot) => void (message.ageSlot = slot),
  );
  readonly #retention: Timed = { due: 0, slot: -1, fire: (now) => this.#expire(now) };
  #wakePending = false;

  constructor(host: QueueHost, init: QueueInit) {
    this.#host = host;
    this.uid = init.uid;
    this.name = init.name;
    this.arn = init.arn;
    this.fifo = init.name.endsWith(".fifo");
    this.createdAt = init.createdAt;
    this.modifiedAt = init.modifiedAt;
    this.tags = init.tags;
    this.attributes = init.attributes;
    this.settings = settingsOf(init.attributes);
    this.#order = this.fifo ? new FifoOrder() : new StandardOrder();
    this.waiters = new Waiters(host.timer);
  }

  get visible(): number {
    return this.#counts.visible;
  }
  get delayed(): number {
    return this.#counts.delayed;
  }
  get inFlight(): number {
    return this.#counts.inFlight;
  }
  /** When the oldest message was enqueued, epoch milliseconds. */
  get oldest(): number | undefined {
    return this.#ages.peek()?.enqueuedAt;
  }

  setAttributes(attributes: QueueAttributes, now: number): void {
    this.attributes = attributes;
    this.settings = settingsOf(attributes);
    this.modifiedAt = now;
    this.#expire(now);
  }

  /** Adds a message that becomes visible at `visibleAt`, which may be past. */
  add(message: Message, visibleAt: number, state: "delayed" | "inFlight" = "delayed"): void {
    message.visibleAt = visibleAt;
    this.messages.set(message.seq, message);
    this.#ages.push(message);
    if (visibleAt > this.#host.now()) {
      this.#set(message, state);
      this.#host.timer.schedule(message, visibleAt);
    } else {
      this.show(message);
    }
    const expires = message.enqueuedAt + this.settings.retentionMs;
    if (this.#retention.slot < 0 || expires < this.#retention.due) this.#host.timer.schedule(this.#retention, expires);
  }

  /** Makes a message receivable. */
  show(message: Message): void {
    this.#host.timer.cancel(message);
    if (message.state !== "visible") this.#set(message, "visible");
    this.wake();
  }

  /** Takes a message out for good. */
  remove(message: Message): void {
    if (message.state === "gone") return;
    this.#host.timer.cancel(message);
    this.#ages.remove(message);
    this.messages.delete(message.seq);
    this.#set(message, "gone");
    this.#host.store.touch(message);
    // The next of its group may have waited for it.
    if (this.fifo) this.wake();
  }

  clear(): void {
    for (const message of this.messages.values()) {
      this.#host.timer.cancel(message);
      this.#ages.remove(message);
      this.#set(message, "gone");
    }
    this.messages.clear();
    this.dedup.clear();
    this.#host.store.clearQueue(this.uid);
  }

  /** Receives up to `max` messages; what was received too often goes to the dead-letter queue instead. */
  receive(max: number, visibilitySeconds = this.settings.visibilitySeconds): Delivery[] {
    const now = this.#host.now();
    this.#host.timer.run(now);
    const deliveries: Delivery[] = [];
    const again: Message[] = [];
    this.#order.take(Math.min(max, MAX_IN_FLIGHT - this.inFlight), (message) => {
      const policy = this.settings.redrive;
      const receives = message.receiveCount - message.priorReceives;
      if (policy && receives >= policy.maxReceiveCount && this.#host.deadLetter(message)) return "gone";
      deliveries.push(this.#deliver(message, visibilitySeconds, now));
      if (visibilitySeconds === 0 || (!this.fifo && this.#host.duplicates(this))) again.push(message);
      return "taken";
    });
    for (const message of again) this.show(message);
    this.meter.received(deliveries.length);
    return deliveries;
  }

  /** Sets anew when a message in flight becomes visible, counted from now. */
  setVisibility(message: Message, seconds: number): void {
    const now = this.#host.now();
    message.visibleAt = now + this.#host.scaled(seconds);
    message.unscaledVisibleAt = now + seconds * 1000;
    this.#host.store.touch(message);
    this.retime(message);
  }

  /** Applies a message's deadline, which is the later one while it is held. */
  retime(message: Message): void {
    const due = message.holds > 0 ? Math.max(message.visibleAt, message.unscaledVisibleAt) : message.visibleAt;
    if (due <= this.#host.now()) this.show(message);
    else this.#host.timer.schedule(message, due);
  }

  /** Offers visible messages in order of delivery without receiving them, for a move. */
  takeForMove(max: number, visit: Visit): void {
    this.#order.take(max, visit);
  }

  /** Tells waiters and listeners, once for all that one turn of the loop makes visible. */
  wake(): void {
    if (this.#wakePending || (this.waiters.empty && this.#listeners.size === 0)) return;
    this.#wakePending = true;
    queueMicrotask(() => {
      this.#wakePending = false;
      while (this.visible > 0 && this.waiters.serve((max, visibility) => this.receive(max, visibility))) continue;
      if (this.visible > 0) for (const listener of this.#listeners) listener();
    });
  }

  onAvailable(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.wake();
    return () => void this.#listeners.delete(listener);
  }

  /** Ends all waiting and all deadlines; for a queue that is deleted. */
  close(): void {
    this.clear();
    this.#host.timer.cancel(this.#retention);
    this.waiters.endAll();
    this.#listeners.clear();
  }

  #deliver(message: Message, visibilitySeconds: number, now: number): Delivery {
    message.receiveCount += 1;
    message.serial += 1;
    message.receivedAt = now;
    message.firstReceivedAt ??= now;
    message.visibleAt = now + this.#host.scaled(visibilitySeconds);
    message.unscaledVisibleAt = now + visibilitySeconds * 1000;
    this.#set(message, "inFlight");
    this.#host.store.touch(message);
    // With none it is shown again when the receive is over, lest one receive takes it twice.
    if (visibilitySeconds > 0) this.#host.timer.schedule(message, message.visibleAt);
    return {
      message,
      receiptHandle: message.receiptHandle(),
      receiveCount: message.receiveCount,
      firstReceivedAt: message.firstReceivedAt,
    };
  }

  #set(message: Message, state: MessageState): void {
    const from = message.state;
    this.#counts[from] -= 1;
    this.#counts[state] += 1;
    message.state = state;
    this.#order.moved(message, from);
    this.#host.changed();
  }

  #expire(now: number): void {
    const { retentionMs } = this.settings;
    for (let oldest = this.#ages.peek(); oldest; oldest = this.#ages.peek()) {
      if (oldest.enqueuedAt + retentionMs > now)
        return this.#host.timer.schedule(this.#retention, oldest.enqueuedAt + retentionMs);
      this.remove(oldest);
    }
  }
}
