import type { Queues } from "../test-queue.ts";
import { messages } from "./messages.ts";

/** One promise of Amazon SQS each. Deviations are declared by title. */
export type QueueCases = Readonly<Record<string, (queues: Queues) => Promise<void>>>;

export const CASES: QueueCases = { ...messages };
