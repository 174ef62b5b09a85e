import type { ConsumptionMark } from "./consumption.ts";
import type { StageOutputs } from "./resources.ts";

/** One secret of a stage; its value is never read back. */
export interface SecretInfo {
  name: string;
  /** ISO 8601. */
  changedAt?: string;
}

/** What a stage still holds. */
export interface Held {
  /** Messages that wait, are at work or are delayed. */
  messages: number;
  deadLetters: number;
  /** Whether there is a bucket, and a table: they may outlive the rest of the stage. */
  bucket: boolean;
  table: boolean;
  /** Objects in the bucket; `more` when counting stopped there. */
  objects: number;
  more?: true;
  /** Items of the table (records of tasks, and their events), as it last counted them (up to six hours old). */
  records: number;
}

/** Where a stage keeps what it holds. */
export type Keeping = Pick<StageOutputs, "bucket" | "tasksTable"> &
  Partial<Pick<StageOutputs, "queueUrl" | "deadLetterQueueUrl">>;

/** Something removed beside the infrastructure. */
export interface RemovedData {
  what: "objects" | "buckets" | "tables" | "secrets" | "parameters";
  count: number;
}

/** What names a stage in an account. */
export interface StageName {
  app: string;
  stage: string;
}

/**
 * An account and region, as far as stages are made, found and removed in them. Its methods throw errors with a next step, of
 * which AuthorizationError names the permission that is missing.
 */
export interface AccountClient {
  identity(): Promise<{ account: string; region: string }>;
  /** Set when it is not the cloud itself. */
  endpoint?: string;
  /** @returns what the stage says of itself; undefined where there is none. */
  outputs(name: StageName): Promise<StageOutputs | undefined>;
  mark(name: StageName): Promise<ConsumptionMark>;
  /** All stages of the region, or those of one app. */
  stages(app?: string): AsyncIterable<StageOutputs>;
  secrets: {
    list(name: StageName): Promise<SecretInfo[]>;
    /** Encrypted. @returns whether there was none before. */
    set(name: StageName, secret: string, value: string): Promise<boolean>;
    /** @returns false where there was none. */
    unset(name: StageName, secret: string): Promise<boolean>;
  };
  code: {
    /** @returns base64 of the SHA-256 of the code a function runs; undefined where there is no such function. */
    live(functionName: string): Promise<string | undefined>;
    /** Replaces a function's code and waits until it runs. */
    update(functionName: string, archive: Uint8Array, signal: AbortSignal): Promise<void>;
  };
  /** @returns how many concurrent executions a function, which need not be there, may have reserved; undefined where nobody says. */
  room(functionName: string): Promise<number | undefined>;
  /** @param stage without queues where only what outlives it is left. */
  held(stage: Keeping): Promise<Held>;
  /** @returns how the stage is set, by names such as `worker.MemorySize`; what may be a secret is a mark of it. */
  settings(outputs: StageOutputs): Promise<Record<string, string>>;
  /** Empties what cannot be deleted while it is full: of all versions of its objects, too. */
  empty(bucket: string, signal: AbortSignal): AsyncIterable<RemovedData>;
  /** Removes what infrastructure as code leaves behind on purpose: data, secrets, marks. */
  removeData(name: StageName, outputs: Pick<Keeping, "bucket" | "tasksTable">): AsyncIterable<RemovedData>;
  close(): Promise<void>;
}

export interface AccountTarget {
  region?: string;
  profile?: string;
  endpoint?: string;
}
