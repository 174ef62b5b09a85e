import type { DedupEntry } from "./deduplication.ts";
import type { Message } from "./message.ts";
import type { MoveTaskState } from "./move-task.ts";
import type { Queue } from "./queue.ts";

/**
 * Where changes are written. The engine's memory is the truth; whoever changes something says so here in the same turn,
 * and what is said in one turn is written together.
 */
export interface Store {
  /** A message entered, left or changed. */
  touch(message: Message): void;
  saveQueue(queue: Queue): void;
  /** The queue with all that belongs to it. */
  dropQueue(uid: number): void;
  /** All messages that the queue holds now. */
  clearQueue(uid: number): void;
  saveDedup(queueUid: number, key: string, entry: DedupEntry): void;
  saveTask(task: MoveTaskState): void;
  /**
   * Resolves when everything said so far would survive the process being killed; undefined when nothing is pending.
   * @throws AwsError `ServiceUnavailable` when it could not be written.
   */
  committed(): Promise<void> | undefined;
  close(): void;
}

/** For a stack that keeps no state. */
export const memoryStore: Store = {
  touch() {},
  saveQueue() {},
  dropQueue() {},
  clearQueue() {},
  saveDedup() {},
  saveTask() {},
  committed: () => undefined,
  close() {},
};
