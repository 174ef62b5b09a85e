import { fingerprint } from "../../contract/fingerprint.ts";
import type { Cause, DeadLetter, LetterGroup } from "../../contract/operations/dlq.ts";
import type { TaskReader } from "../../contract/ports.ts";
import type { TaskSummary } from "../../contract/record.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import { causeOf, kindOf } from "./cause.ts";
import { taskOf } from "./peek.ts";

const EXAMPLES = 3;

const fixed = (name: string, message: string): Cause => ({
  name,
  message,
  fingerprint: fingerprint({ name, message }),
});
/** Throttled receives count as attempts, and leave no word. */
const NEVER_RAN = fixed("never ran", "no attempt began: the function was throttled, or could not be loaded");
const UNTOLD = fixed("no cause told", "the task's record does not say why");

const NO_RECORD = fixed(
  "no record",
  "the stage keeps no record of the task: it was removed, its time is over, or it came without one and never ran",
);
/** A task that was retried, or submitted twice, leaves a letter behind. */
const ENDED_SINCE = fixed("left behind", "the task has ended well since, by another message");
const CANCELLED = fixed("left behind", "the task was cancelled");

type Known = Pick<TaskSummary, "attempt" | "acceptedAt" | "error" | "prompt" | "taskId"> &
  Partial<Pick<TaskSummary, "status">>;

/** @returns a task's record as a dead letter. */
export function letterOfRecord(record: Known): DeadLetter {
  const { taskId, prompt, acceptedAt, attempt } = record;
  return { type: "letter", taskId, prompt, sentAt: acceptedAt, attempts: attempt, cause: causeOfRecord(record) };
}

function causeOfRecord({ status, attempt, error }: Known): Cause {
  if (status === "completed") return ENDED_SINCE;
  if (status === "cancelled") return CANCELLED;
  return error ?? (attempt === 0 ? NEVER_RAN : UNTOLD);
}

/** Looks up the records of tasks; one that reads thousands reads them all at once. */
export type RecordLookup = (taskId: string) => Promise<Known | undefined> | Known | undefined;

/** Messages that are looked at without being asked for, where records do not tell of all. */
const FEW = 100;

/**
 * @param known dead letters that records tell of.
 * @param about messages in the queue.
 * @returns whether the records will do. A letter may have none that tells of it: its function never started, and the reconciler
 * has not come by yet, or somebody removed it. Few letters are looked at then, and any number where no record tells of one.
 */
export function recordsSuffice(known: number, about: number): boolean {
  return known >= about || (known > 0 && about > FEW);
}

/** All tasks of a stage that are dead letters by their records. */
export interface Records {
  readonly count: number;
  /** Looks among them, and reads one by one what is not. */
  lookup: RecordLookup;
  letters(): Iterable<DeadLetter>;
  some(is: (letter: DeadLetter) => boolean): boolean;
}

/** Reads them now, in whole pages. */
export async function readRecords(reader: TaskReader): Promise<Records> {
  const records = new Map<string, Known>();
  for await (const record of reader.deadLettered()) records.set(record.taskId, record);
  const lookup = lookupOne(reader);
  return {
    count: records.size,
    lookup: (taskId) => records.get(taskId) ?? lookup(taskId),
    *letters() {
      for (const record of records.values()) yield letterOfRecord(record);
    },
    some: (is) => [...records.values()].some((record) => is(letterOfRecord(record))),
  };
}

/** @returns a lookup that reads one record. */
export function lookupOne(reader: TaskReader): RecordLookup {
  return async (taskId) => {
    const record = await reader.get(taskId);
    return record && { ...record, taskId, prompt: record.task.prompt };
  };
}

/** @returns a message as a dead letter, with its cause: from its task's record where there is one, else from itself. */
export async function letterOfMessage(message: LeasedMessage, lookup: RecordLookup | undefined): Promise<DeadLetter> {
  const task = taskOf(message.body);
  const record = lookup && task.taskId !== undefined ? await lookup(task.taskId) : undefined;
  const letter: DeadLetter = {
    type: "letter",
    messageId: message.messageId,
    ...task,
    sentAt: new Date(message.sentAt).toISOString(),
    // This receive is the look itself.
    attempts: Math.max(0, message.receiveCount - 1),
    cause: causeOf(message) ?? kindOf(message),
  };
  if (!record)
    return lookup && task.taskId !== undefined ? { ...letter, cause: causeOf(message) ?? NO_RECORD } : letter;
  const { attempts, cause } = letterOfRecord(record);
  return { ...letter, attempts, cause };
}

/** Counts letters by cause. It keeps a few ids of each group, and no letter. */
export interface Grouping {
  add(letter: DeadLetter): void;
  /** The largest first. */
  groups(): LetterGroup[];
}

export function createGrouping(): Grouping {
  const groups = new Map<string, LetterGroup>();
  return {
    add({ cause, sentAt, taskId, messageId }) {
      const id = taskId ?? messageId ?? "";
      const group = groups.get(cause.fingerprint);
      if (!group) {
        groups.set(cause.fingerprint, {
          type: "group",
          cause,
          count: 1,
          oldest: sentAt,
          newest: sentAt,
          examples: [id],
        });
        return;
      }
      group.count++;
      if (sentAt < group.oldest) group.oldest = sentAt;
      if (sentAt > group.newest) group.newest = sentAt;
      if (group.examples.length < EXAMPLES) group.examples.push(id);
    },
    groups: () => [...groups.values()].toSorted((a, b) => b.count - a.count),
  };
}
