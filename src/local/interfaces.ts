/*
 * How the local services reach each other in process, without the wire. Implementations live in the services' folders;
 * `stack.ts` joins them.
 */

/** Result of one invocation, as the Invoke API tells it. */
export interface InvokeResult {
  requestId: string;
  /** Set when the function failed: `Unhandled` (thrown, exited, timed out) or `Handled`. */
  functionError?: "Handled" | "Unhandled";
  payload: Buffer;
  /** The last 4 KB of its log. */
  logTail: string;
  durationMs: number;
}

/** Runs functions. */
export interface FunctionHost {
  /**
   * Synchronous invocation. Waits for a free environment within the function's concurrency.
   * @throws AwsError `ResourceNotFoundException`, `TooManyRequestsException` (reserved concurrency used up).
   */
  invoke(functionName: string, payload: string | Buffer, options?: { signal?: AbortSignal }): Promise<InvokeResult>;
  has(functionName: string): boolean;
  /** Starts an environment ahead of the first call, so that it is warm. */
  warm(functionName: string): void;
}

export interface SourceMessage {
  messageId: string;
  receiptHandle: string;
  body: string;
  md5OfBody: string;
  attributes: Record<string, string>;
  messageAttributes: Record<
    string,
    { stringValue?: string; binaryValue?: string; dataType: string; stringListValues: []; binaryListValues: [] }
  >;
  md5OfMessageAttributes?: string;
  /** When the visibility timeout of this receive ends, epoch milliseconds: as time runs on this stack, and in real time. */
  visibleAt: { scaled: number; real: number };
}

/** What an event source mapping needs of a queue. All calls are immediate: nothing waits. */
export interface MessageSource {
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  /** Calls back soon after messages become receivable; calls are coalesced. @returns unsubscribe. */
  onAvailable(listener: () => void): () => void;
  /** A receive as any consumer does it: counts, visibility, the redrive policy. Visibility in seconds defaults to the queue's. */
  receive(max: number, visibilityTimeout?: number): SourceMessage[];
  delete(receiptHandle: string): void;
  /** Seconds, 0 to 43,200. */
  changeVisibility(receiptHandle: string, seconds: number): void;
  /**
   * While held, a message does not become visible before its unscaled visibility deadline, however fast time runs
   * (`speed`), so that a function at work is not handed its own message again. @returns release.
   */
  hold(receiptHandle: string): () => void;
}

/** Where code comes from that lies in a bucket. */
export interface ObjectSource {
  /** @throws AwsError as GetObject does, and `EntityTooLarge` over `limit` bytes. */
  read(bucket: string, key: string, limit: number): Promise<Buffer>;
}

/** Where a function's output goes. */
export interface LogSink {
  put(group: string, stream: string, events: { timestamp: number; message: string }[]): void;
}

/** Answers `execute-api` management calls and owns the sockets. */
export interface SocketRegistry {
  connections(): number;
}

/** What a queue counted since it was last read. Sizes in bytes; without sends the smallest is infinite and the largest 0. */
export interface QueueCounts {
  sent: number;
  sentBytes: number;
  smallest: number;
  largest: number;
  received: number;
  deleted: number;
  emptyReceives: number;
}

export interface QueueReading {
  name: string;
  counts: QueueCounts;
  visible: number;
  inFlight: number;
  delayed: number;
  /** Absent when the queue is empty. */
  oldestAgeMs?: number;
}

/** Where the metrics of queues come from. */
export interface QueueMeters {
  /** Every queue's present state and its counts, which begin anew. */
  read(): QueueReading[];
}

/** Hears of invocations as they end; called once for each and must be cheap. */
export interface FunctionMetrics {
  ended(
    functionName: string,
    invocation: { durationMs: number; failed: boolean; concurrent: { ofFunction: number; ofAll: number } },
  ): void;
  throttled(functionName: string): void;
}
