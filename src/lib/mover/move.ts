import type { Clock } from "../../contract/clock.ts";
import type { LeasedMessage, QueuePort } from "../../contract/queue.ts";
import type { Allowance } from "./allowance.ts";
import type { Journal } from "./journal.ts";

export interface MoveRequest {
  source: string;
  destination: string;
  /** Whether the destination is a FIFO queue. */
  fifo: boolean;
  /** Whether a message goes; absent: all go. */
  select?: (message: LeasedMessage) => boolean | Promise<boolean>;
  /** At most so many. */
  limit?: number;
  maxPerSecond?: number;
  /** Bounds what is on its way; absent: nothing does. */
  allowance?: Allowance;
  /** Makes of a message what is sent in its place, or says why it stays. */
  prepare?(message: LeasedMessage): Promise<LeasedMessage | { problem: string }>;
  /** The originals stay in the source. */
  keep?: boolean;
  /** Told of messages that were sent, before they are deleted. */
  onSent?(messages: readonly LeasedMessage[]): void;
  /** Batches under way at a time. A kill can leave at most so many batches sent twice. */
  concurrency: number;
}

export interface MoveCounts {
  /** Sent and deleted from the source. */
  moved: number;
  /** Had been sent by the run that this one goes on with, and were only deleted. */
  finished: number;
  /** Not selected, or over the limit. */
  left: number;
  /** Refused by the destination for good: they stay in the source. */
  refused: { messageId: string; reason: string }[];
  /** Sent, and not seen to be deleted: to be deleted by the next run. */
  undeleted: number;
  /** Sent again because the service did not answer whether the first time worked. */
  perhapsTwice: number;
}

export interface Move extends MoveRequest {
  queue: QueuePort;
  journal: Journal;
  clock: Clock;
  random: () => number;
  /** Ends the move after the batches that are under way. */
  signal: AbortSignal;
}
