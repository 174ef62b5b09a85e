import type { Linked, LinkedList } from "./linked-list.ts";
import type { MessageAttributes } from "./message-attributes.ts";
import type { Queue } from "./queue.ts";
import { encodeReceipt } from "./receipt.ts";
import type { Timed } from "./timer.ts";

/** What a sender gave; it never changes, whatever queue the message moves to. */
export interface Content {
  body: string;
  bodyMd5: string;
  attributes?: MessageAttributes;
  attributesMd5?: string;
  traceHeader?: string;
  /** Fairness key on a standard queue, order on a FIFO queue. */
  groupId?: string;
  /** FIFO only. */
  dedupId?: string;
  senderId: string;
}

/** `gone` also before a message has entered its queue. */
export type MessageState = "gone" | "delayed" | "visible" | "inFlight";

export interface MessageInit {
  /** Unique and ascending in an engine; the order of arrival. */
  seq: number;
  messageId: string;
  content: Content;
  /** SentTimestamp, epoch milliseconds. */
  sentAt: number;
  /** From when retention counts; a standard dead-letter queue keeps that of the source. */
  enqueuedAt: number;
  deadLetterSource?: string;
  receiveCount?: number;
  /** Receives in other queues: shown in the count, but not held against the message by this queue's redrive policy. */
  priorReceives?: number;
  firstReceivedAt?: number;
}

/** A message in a queue. It is itself what the timer, the lists and the heaps hold, so that none of them allocates. */
export class Message implements Timed, Linked<Message> {
  readonly queue: Queue;
  readonly seq: number;
  readonly messageId: string;
  readonly content: Content;
  readonly sentAt: number;
  readonly enqueuedAt: number;
  readonly deadLetterSource: string | undefined;
  readonly priorReceives: number;
  receiveCount: number;
  firstReceivedAt: number | undefined;
  /** When it was last received. */
  receivedAt = 0;
  /** Receives under this `seq`; a receipt handle names one of them. */
  serial = 0;
  state: MessageState = "gone";
  /** End of delay or visibility timeout, with the engine's speed applied. */
  visibleAt = 0;
  /** The same at real time, for a message that is held. */
  unscaledVisibleAt = 0;
  /** Functions that work on it and must not be handed it again. */
  holds = 0;
  /** Whether the store has a row of it. */
  stored = false;

  due = 0;
  slot = -1;
  ageSlot = -1;
  prev: Message | undefined = undefined;
  next: Message | undefined = undefined;
  list: LinkedList<Message> | undefined = undefined;

  constructor(queue: Queue, init: MessageInit) {
    this.queue = queue;
    this.seq = init.seq;
    this.messageId = init.messageId;
    this.content = init.content;
    this.sentAt = init.sentAt;
    this.enqueuedAt = init.enqueuedAt;
    this.deadLetterSource = init.deadLetterSource;
    this.receiveCount = init.receiveCount ?? 0;
    this.priorReceives = init.priorReceives ?? 0;
    this.firstReceivedAt = init.firstReceivedAt;
  }

  /** Its delay or visibility timeout has passed. */
  fire(): void {
    this.queue.show(this);
  }

  receiptHandle(): string {
    return encodeReceipt({ queueUid: this.queue.uid, seq: this.seq, serial: this.serial, messageId: this.messageId });
  }

  /** 20 digits that grow, as AWS's do. */
  sequenceNumber(): string | undefined {
    return this.queue.fifo ? `1${String(this.seq).padStart(19, "0")}` : undefined;
  }
}

/** One message as one receive saw it; later receives do not change it. */
export interface Delivery {
  message: Message;
  receiptHandle: string;
  receiveCount: number;
  firstReceivedAt: number;
}
