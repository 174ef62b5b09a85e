import { isTerminal, type TaskError, type TaskEvent, type Usage } from "../../../contract/event.ts";
import type { RedrivenEnded, RedrivenJudged } from "../../../contract/operations/dlq-redrive.ts";
import type { TaskReader } from "../../../contract/ports.ts";
import type { TaskRecord } from "../../../contract/record.ts";

/** A redriven task, from its move to its end. */
interface Tracked {
  /** As it was when its letter was chosen: what comes after belongs to the redrive. */
  before: Pick<TaskRecord, "seq" | "generation" | "status" | "attempt">;
  judged?: "ok" | "failed";
  ended: boolean;
  spentUsd: number;
}

type Found = RedrivenJudged | Pick<RedrivenEnded, "type" | "taskId" | "status" | "error">;

/** Knows of each redriven task how its first attempt went, whether it has ended, and what it has cost. */
export interface Tracker {
  readonly moved: number;
  readonly judged: number;
  readonly failed: number;
  /** Moved, and not at their end. */
  readonly inFlight: number;
  /** Moved, with a first attempt that has not ended. */
  readonly open: number;
  readonly spentUsd: number;
  /** What a task that is at its end has cost on average; undefined while there is none. */
  readonly averageUsd: number | undefined;
  /** A task has used a model whose price nobody knows. */
  readonly priceUnknown: boolean;
  /** Outcomes of the last first attempts, the newest last. */
  recent(count: number): readonly ("ok" | "failed")[];
  has(taskId: string): boolean;
  /** Its letter was chosen, and is about to be moved. */
  expect(record: TaskRecord): void;
  add(taskId: string): void;
  /** Looks at what is not at its end, the longest unseen first. */
  look(): AsyncGenerator<Found>;
}

/** Tasks that a look reads at most, and how many of them at a time. */
const LOOK = 200;
const AT_ONCE = 20;

export function createTracker(reader: TaskReader, maxAttempts: number): Tracker {
  /** A task that is not known to be dead goes on in the same life; else what happens in that is not the redrive's doing. */
  const isAfter = (event: TaskEvent, { generation, status, attempt }: Tracked["before"]) =>
    event.generation > generation || (status !== "deadlettered" && attempt < maxAttempts);
  const expected = new Map<string, Tracked["before"]>();
  const tracked = new Map<string, Tracked>();
  const open = new Set<string>();
  const outcomes: ("ok" | "failed")[] = [];
  let failed = 0;
  let priceUnknown = false;
  let spentUsd = 0;
  let ended = { count: 0, usd: 0 };

  async function lookAt(taskId: string): Promise<Found[]> {
    const task = tracked.get(taskId);
    if (!task) return [];
    const events = await reader.events(taskId, task.before.seq);
    const found: Found[] = [];
    const after = events.filter((event) => isAfter(event, task.before));
    const first = after.find(isVerdict);
    if (first && task.judged === undefined) {
      task.judged = first.type === "completed" || first.type === "cancelled" ? "ok" : "failed";
      // A task that somebody cancelled says nothing of the others.
      if (first.type !== "cancelled") outcomes.push(task.judged);
      if (task.judged === "failed") failed++;
      found.push({ type: "judged", taskId, ok: task.judged === "ok", ...errorOf(first) });
    }
    const end = after.findLast(isTerminal);
    const usage = end?.type === "completed" ? end.usage : first ? (await reader.get(taskId))?.usage : undefined;
    if (usage) {
      spentUsd += costOf(usage) - task.spentUsd;
      task.spentUsd = costOf(usage);
      priceUnknown ||= usage.some(({ costUsd }) => costUsd === undefined);
    }
    if (end?.type === "completed" || end?.type === "deadlettered" || end?.type === "cancelled") {
      task.ended = true;
      ended = { count: ended.count + 1, usd: ended.usd + task.spentUsd };
      found.push({ type: "redriven", taskId, status: end.type, ...errorOf(end) });
    }
    return found;
  }

  return {
    get moved() {
      return tracked.size;
    },
    get judged() {
      return outcomes.length;
    },
    get failed() {
      return failed;
    },
    get inFlight() {
      return open.size;
    },
    get open() {
      return [...open].filter((taskId) => tracked.get(taskId)?.judged === undefined).length;
    },
    get spentUsd() {
      return spentUsd;
    },
    get averageUsd() {
      return ended.count === 0 ? undefined : ended.usd / ended.count;
    },
    get priceUnknown() {
      return priceUnknown;
    },
    recent: (count) => outcomes.slice(-count),
    has: (taskId) => expected.has(taskId),
    expect: ({ task, seq, generation, status, attempt }) =>
      void expected.set(task.taskId, { seq, generation, status, attempt }),
    add(taskId) {
      const before = expected.get(taskId);
      if (!before || tracked.has(taskId)) return;
      tracked.set(taskId, { before, ended: false, spentUsd: 0 });
      open.add(taskId);
    },
    async *look() {
      const due = [...open].slice(0, LOOK);
      for (let start = 0; start < due.length; start += AT_ONCE) {
        const part = due.slice(start, start + AT_ONCE);
        const found = await Promise.all(part.map(lookAt));
        for (const taskId of part) if (open.delete(taskId) && !tracked.get(taskId)?.ended) open.add(taskId);
        yield* found.flat();
      }
    },
  };
}

/** A task that never ran again is dead without a failed attempt. */
const isVerdict = ({ type }: TaskEvent) =>
  type === "completed" || type === "failed" || type === "deadlettered" || type === "cancelled";

function errorOf(event: TaskEvent): { error?: TaskError } {
  return (event.type === "failed" || event.type === "deadlettered") && event.error ? { error: event.error } : {};
}

const costOf = (usage: readonly Usage[]) => usage.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0);
