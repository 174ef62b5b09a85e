import type { Queues } from "../test-queue.ts";
import { batches } from "./batches.ts";
import { deadLetters } from "./dead-letters.ts";
import { fifo } from "./fifo.ts";
import { messages } from "./messages.ts";
import { moveTasks } from "./move-tasks.ts";
import { queues } from "./queues.ts";
import { visibility } from "./visibility.ts";

/** One promise of Amazon SQS each. Deviations are declared by title. */
export type QueueCases = Readonly<Record<string, (queues: Queues) => Promise<void>>>;

export const TOPICS = {
  Messages: messages,
  "Visibility, delay and long polling": visibility,
  Batches: batches,
  "FIFO queues": fifo,
  "Dead letters": deadLetters,
  "Move tasks": moveTasks,
  Queues: queues,
} satisfies Record<string, QueueCases>;

export const CASES: QueueCases = Object.assign({}, ...Object.values(TOPICS));
