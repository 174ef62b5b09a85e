import type { ConsumptionMark } from "./consumption.ts";
import type { StageDescription } from "./description.ts";
import type { ReplayedEvent, TaskEvent, TaskStatus, TokenEvent } from "./event.ts";
import type { SubmitResponse } from "./http.ts";
import type { LogReader } from "./logs.ts";
import type { QueuePort } from "./queue.ts";
import type { TaskRecord, TaskSummary } from "./record.ts";
import type { StageOutputs } from "./resources.ts";
import type { StageInspector } from "./status.ts";
import type { Json, SubmitRequest, Task } from "./task.ts";

/*
 * What a provider must offer, and nothing more. Written for SQS, Google Pub/Sub and Azure Service Bus alike: a lease is a
 * visibility timeout, an ack deadline or a lock; its token is opaque.
 */

/** Where a command works: shown before anything is changed. */
export interface StageRef {
  app: string;
  stage: string;
  account: string;
  region: string;
  /** Set when it is not the cloud itself: the local stack or another compatible endpoint. */
  endpoint?: string;
}

export interface TaskIntake {
  /** Through the HTTP API, as any client does. */
  accept(request: SubmitRequest, options: { signal: AbortSignal }): Promise<SubmitResponse>;
  /** Straight to the store and queue, for use where the API is down or bypassed on purpose. */
  enqueue(request: SubmitRequest, options: { signal: AbortSignal }): Promise<SubmitResponse>;
  /** Sends a task that has a record again, for a new life with all its attempts; its timeline will tell the kind. */
  resend(task: Task, kind: ReplayedEvent["kind"]): Promise<void>;
}

/** What a follower sees: durable events in order, tokens without gap or repeat, and the state of its connection. */
export type FollowEvent =
  | TaskEvent
  | TokenEvent
  | { type: "connection"; state: "connected" | "reconnecting" | "polling"; reason?: string };

export interface TaskFollower {
  /** Ends after the task's terminal event. */
  follow(taskId: string, options: { after?: number; signal: AbortSignal }): AsyncIterable<FollowEvent>;
  /** Never ends by itself. Tasks accepted after `since` (ISO 8601) are told from their beginning; absent: after the call. */
  followAll(options: { since?: string; signal: AbortSignal }): AsyncIterable<FollowEvent>;
}

export interface TaskReader {
  get(taskId: string): Promise<TaskRecord | undefined>;
  events(taskId: string, after?: number): Promise<TaskEvent[]>;
  /** Newest first. */
  list(options: {
    status?: TaskStatus;
    limit: number;
    cursor?: string;
  }): Promise<{ tasks: TaskSummary[]; cursor?: string }>;
  /** All tasks that are dead letters by their records, in no order. */
  deadLettered(): AsyncIterable<TaskSummary>;
  /** The stored result, wherever it lies. */
  result(record: TaskRecord): Promise<Json | undefined>;
}

export interface TaskControl {
  /** Says of which kind the task's next life is, whose message is about to be sent. Does nothing without a record. */
  markReplay(taskId: string, kind: ReplayedEvent["kind"]): Promise<void>;
  cancel(taskId: string): Promise<TaskRecord>;
  /** Removes record, events and result. Used by smoke to clean up after itself. */
  remove(taskId: string): Promise<void>;
}

/** How the worker takes messages from its queue. */
export interface Consumption {
  state: "enabled" | "disabled" | "changing";
  /** Messages' batches at work at a time, at most; absent: no limit of its own. */
  maxConcurrency?: number;
}

export interface ConsumptionChange {
  enabled?: boolean;
  /** null: no limit of its own. */
  maxConcurrency?: number | null;
}

export interface ConsumptionControl {
  /** @throws AbortError `CONSUMPTION_MISSING` when nothing takes messages from the queue. */
  get(): Promise<Consumption>;
  /**
   * Marks the stage, then changes it; a change that is refused leaves the mark as it was. It may still be `changing` when
   * this returns.
   *
   * @throws AbortError `CONSUMPTION_MISSING`, ExternalError `RESOURCE_IN_USE_EXCEPTION` while an earlier change goes on.
   */
  change(change: ConsumptionChange, mark: ConsumptionMark): Promise<Consumption>;
  /** @returns who the caller is, for the mark. */
  caller(): Promise<string>;
}

export interface DocumentStore {
  /** @returns the reference to put into a task. */
  put(document: { name: string; body: Uint8Array; contentType: string }): Promise<string>;
  /** @throws AbortError `DOCUMENT_MISSING`. */
  get(reference: string): Promise<{ name: string; body: Uint8Array; contentType: string }>;
  remove(reference: string): Promise<void>;
  /** References of all that lies in a user's own folder. */
  ofUser(userId: string): AsyncIterable<string>;
}

/** One stage of one app, on whichever provider it is. */
export interface StageClient {
  ref: StageRef;
  outputs: StageOutputs;
  /** As it was when the stage was opened; empty also where the caller may not read it. */
  mark: ConsumptionMark;
  intake: TaskIntake;
  follower: TaskFollower;
  reader: TaskReader;
  control: TaskControl;
  consumption: ConsumptionControl;
  documents: DocumentStore;
  queue: QueuePort;
  logs: LogReader;
  inspector: StageInspector;
  /** Ends sockets and keep-alive connections. */
  close(): Promise<void>;
}

/** What a caller shows the stage's API as `Authorization: Bearer`, in place of the token that lies with the stage. */
export interface CallerToken {
  value: string;
  /** Where it was taken from, for messages: the value itself is never shown. */
  from: string;
}

/** Functions behind queues, and what they wrote. */
export interface QueueFunctions {
  /** @returns the functions that the service gives messages of the queue to, each with the group of its logs. */
  takers(queueId: string): Promise<{ name: string; group: string }[]>;
  logs: LogReader;
}

/** Queues that need not belong to a stage. */
export interface QueueClient {
  queue: QueuePort;
  functions: QueueFunctions;
  /** Set when it is not the cloud itself. */
  endpoint?: string;
  close(): Promise<void>;
}

export interface QueueTarget {
  /** What a queue is called by: an id or address may tell region and endpoint. */
  named?: string;
  region?: string;
  profile?: string;
  endpoint?: string;
}

export interface Provider {
  /** Calls no service yet. */
  openQueues(target: QueueTarget): QueueClient;
  /**
   * @throws AbortError `STAGE_NOT_DEPLOYED` when nothing describes the stage, AuthorizationError when credentials are missing or refused.
   */
  open(
    target: {
      app: string;
      stage: string;
      region?: string;
      profile?: string;
      endpoint?: string;
      token?: CallerToken;
      description?: StageDescription;
    },
    options: { signal: AbortSignal },
  ): Promise<StageClient>;
}
