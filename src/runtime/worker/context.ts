import type { Json, Task } from "../../contract/task.ts";
import type { Logger } from "../log/logger.ts";
import type { Model } from "../model/model.ts";
import type { ModelUsage } from "../model/usage.ts";
import type { TaskDocument } from "./document.ts";

/** A task as `run` gets it: its input has passed the worker's schema. */
export type WorkerTask<Input> = Omit<Task, "input"> & { input: Input };

/** What a worker can do while it runs a task. Nothing here has an effect after `run` has ended. */
export interface WorkerContext {
  readonly taskId: string;
  /** Receive count within this generation, from 1. */
  readonly attempt: number;
  /** Attempts before the dead-letter queue. */
  readonly maxAttempts: number;
  /** 1, and one more after each redrive or replay. */
  readonly generation: number;
  readonly isReplay: boolean;
  /** Aborts when the attempt's share of the function's time is used up, or the task is cancelled. Give it to every call. */
  readonly signal: AbortSignal;
  /** Structured; never log a prompt or a secret. */
  readonly logger: Logger;
  /** Milliseconds until `signal` aborts. */
  remainingTime(): number;
  /** A durable step of the timeline. `data` may have 64 KB of JSON. */
  progress(message: string, details?: { percent?: number; data?: Json }): Promise<void>;
  /** Tells followers the next piece of the answer. */
  token(delta: string): void;
  /** Tells followers each piece of a streamed answer. @returns the whole text. */
  stream(deltas: AsyncIterable<string>): Promise<string>;
  /** Counts one model call's tokens; its cost when the model's price is known. `ctx.model` does it by itself. */
  usage(usage: ModelUsage): void;
  /** Says that the answer came from the offline model of the local stack. */
  offline(): void;
  /**
   * The stage's OpenAI-compatible model, with this attempt's signal, its tokens counted. Another one:
   * `model({ model: "...", signal: ctx.signal, onUsage: ctx.usage })`.
   */
  readonly model: Model;
  /** @returns what `documentReference` names, or undefined when the task has none. @throws PermanentError when it may not be read. */
  document(): Promise<TaskDocument | undefined>;
}
