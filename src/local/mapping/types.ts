/** `Disabling` while batches that were under way end. */
export type MappingState = "Enabled" | "Disabling" | "Disabled";

/** What an event source mapping may be told. Times in seconds. */
export interface MappingChange {
  functionName?: string;
  enabled?: boolean;
  /** 1 to 10,000; a FIFO queue takes 10, and so does a queue without a window. Default 10. */
  batchSize?: number;
  /** `MaximumBatchingWindowInSeconds`, 0 to 300. Default 0. */
  batchWindow?: number;
  /** 2 to 1,000 concurrent invocations; null takes the cap away. Default none. */
  maxConcurrency?: number | null;
  reportBatchItemFailures?: boolean;
}

export interface MappingSpec extends MappingChange {
  /** ARN of the queue. */
  source: string;
  functionName: string;
  /** Created through the API, so that it outlives the process when the stack keeps state. */
  owned?: boolean;
}

export interface MappingView {
  uuid: string;
  source: string;
  functionName: string;
  state: MappingState;
  batchSize: number;
  batchWindow: number;
  maxConcurrency?: number;
  reportBatchItemFailures: boolean;
  /** Epoch milliseconds. */
  lastModified: number;
  /** Invocations under way. */
  running: number;
}

/** The event source mappings of a stack. */
export interface Mappings {
  /** @throws AwsError `InvalidParameterValueException` (no such queue, numbers AWS refuses), `ResourceConflictException` (same queue and function). */
  create(spec: MappingSpec): MappingView;
  /** @throws AwsError `ResourceNotFoundException`, and as `create`. */
  update(uuid: string, change: MappingChange): MappingView;
  get(uuid: string): MappingView | undefined;
  list(): MappingView[];
  /** Resolves when its invocations have ended. */
  delete(uuid: string): Promise<void>;
  /** Stops receiving at once, and waits for no invocation: the host ends those. */
  close(): Promise<void>;
}
