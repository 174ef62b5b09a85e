/*
 * What a queue service must offer. A queue is named by whatever the provider names it by (SQS: its URL); a lease is a
 * visibility timeout, an ack deadline or a lock, and its token is opaque.
 */

export interface QueueStats {
  visible: number;
  inFlight: number;
  delayed: number;
}

export interface QueueDescription {
  /** The last part of its name, for people. */
  name: string;
  /** Unique among all accounts and regions (SQS: its ARN). */
  id: string;
  /** Ordered by group, with deduplication. */
  fifo: boolean;
  account: string;
  region: string;
  /** Where its messages go after too many receives, as an id. */
  deadLetterQueue?: string;
  /** How long a received message is hidden, in seconds; absent where the service does not say. */
  visibilitySeconds?: number;
  /** Receives before the dead-letter queue; absent: there is none. */
  maxReceives?: number;
  /** How long a message is kept, in seconds; absent where the service does not say. */
  retentionSeconds?: number;
}

export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, with the sender's own label after a dot. */
  type: string;
  text?: string;
  binary?: Uint8Array;
}

/** What a sender gives a message. */
export interface OutgoingMessage {
  body: string;
  attributes: Record<string, MessageAttribute>;
  /** Of a FIFO queue, or the tenant of a fair one. */
  group?: string;
  /** Of a FIFO queue: the same one again within its window (SQS: 5 minutes) is not delivered. */
  deduplicationId?: string;
  /** The X-Ray header. */
  trace?: string;
}

export interface LeasedMessage extends OutgoingMessage {
  messageId: string;
  /** Opaque; names this lease. */
  lease: string;
  receiveCount: number;
  /** Epoch milliseconds. */
  sentAt: number;
  /** Of a dead letter that the service moved: the id of the queue it came from. */
  cameFrom?: string;
  /** All that the service says of it, under the service's own names. */
  system: Record<string, string>;
}

/** Why one entry of a batch was refused. */
export interface EntryFailure {
  code: string;
  message: string;
  /** The service was busy: the same again may succeed. */
  retryable: boolean;
}

export interface MoveTask {
  handle?: string;
  status: "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";
  moved: number;
  toMove: number;
  startedAt: number;
  failureReason?: string;
}

/** Batches hold 1 to `batchEntries` entries; each has one outcome, in order. */
export interface QueuePort {
  limits: {
    batchEntries: number;
    /** Bytes of a message, and of a batch in all: bodies, attributes' names, types and values. */
    batchBytes: number;
  };
  /**
   * @param name what a person calls it by: a name, an id, or what the other calls take (SQS: name, ARN or URL).
   * @returns what the other calls take.
   * @throws AbortError `QUEUE_NOT_FOUND`.
   */
  find(name: string): Promise<string>;
  describe(queue: string): Promise<QueueDescription>;
  /** All queues of the account and region. */
  list(): AsyncIterable<string>;
  /** @returns the queues whose dead letters come here. */
  sources(deadLetterQueue: string): Promise<string[]>;
  stats(queue: string): Promise<QueueStats>;
  lease(
    queue: string,
    options: { max: number; seconds: number; waitSeconds: number; signal: AbortSignal },
  ): Promise<LeasedMessage[]>;
  send(queue: string, entries: OutgoingMessage[]): Promise<({ messageId: string } | { failure: EntryFailure })[]>;
  remove(queue: string, leases: string[]): Promise<({ ok: true } | { failure: EntryFailure })[]>;
  /** Of 0 seconds: gives the messages back. */
  extend(queue: string, leases: string[], seconds: number): Promise<({ ok: true } | { failure: EntryFailure })[]>;
  /** Deletes all messages, whoever holds them. @throws AbortError `PURGE_IN_PROGRESS` when that was done a moment ago. */
  purge(queue: string): Promise<void>;
  /** What requests cost at list price; absent where that is not known. */
  pricing?: {
    /** US dollars a request. */
    request(queue: { fifo: boolean }): number;
    /** A request that carries more counts as several. */
    bytesPerRequest: number;
    /** Where and when the price was read. */
    source: string;
  };
  /**
   * @param names of queues, as `describe` tells them.
   * @returns the age of each queue's oldest message in seconds, as last measured; without those that nobody measured.
   */
  oldest(names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Absent where the service has no native move. */
  move?: {
    start(deadLetterQueue: string, options: { destination?: string; maxPerSecond?: number }): Promise<string>;
    list(deadLetterQueue: string): Promise<MoveTask[]>;
    cancel(handle: string): Promise<void>;
  };
}
