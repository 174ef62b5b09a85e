import type { Clock } from "../../contract/clock.ts";
import type { Logger } from "../log/logger.ts";
import type { Teller } from "../outbox/teller.ts";
import type { AttemptRef, TaskStore } from "../store/index.ts";

const FIRST_MS = 1_000;
const LONGEST_MS = 2_000;
/** Of the text in a snapshot; the whole text comes with the result. */
const MAX_SNAPSHOT_UNITS = 200_000;
/** A snapshot at most so often. */
const SNAPSHOT_MS = 2_000;

export interface WatchParts {
  store: TaskStore;
  teller: Teller;
  clock: Clock;
  log: Logger;
  /** The task was cancelled, or another attempt has it. */
  onLost(status: string): void;
}

/**
 * While an attempt runs: sees whether it still has the task, finds new followers, and keeps a snapshot of its text.
 * Nothing is read in the first second: short tasks pay nothing. @returns stop.
 */
export function watchAttempt(ref: AttemptRef, { store, teller, clock, log, onLost }: WatchParts): () => Promise<void> {
  const stopping = new AbortController();
  let snapshotLength = 0;
  let snapshotAt = 0;

  async function look(): Promise<void> {
    const [record] = await Promise.all([store.inspect(ref.taskId), teller.refresh(), snapshot()]);
    if (record && !stopping.signal.aborted && (record.fence !== ref.fence || record.status !== "running"))
      onLost(record.status);
  }

  async function snapshot(): Promise<void> {
    const text = teller.text().slice(0, MAX_SNAPSHOT_UNITS);
    if (text.length === snapshotLength || clock.now() - snapshotAt < SNAPSHOT_MS) return;
    snapshotLength = text.length;
    snapshotAt = clock.now();
    await store.putText(ref.taskId, { generation: ref.generation, attempt: ref.attempt, text });
  }

  async function loop(): Promise<void> {
    for (let wait = FIRST_MS; !stopping.signal.aborted; wait = Math.min(LONGEST_MS, wait * 1.25)) {
      try {
        await clock.sleep(wait, stopping.signal);
        await look();
      } catch (error) {
        if (!stopping.signal.aborted) log.warn("The task could not be watched.", { error });
      }
    }
  }

  const looping = loop();
  return async () => {
    stopping.abort();
    await looping;
  };
}
