import type { TaskEvent, TokenEvent } from "../contract/event.ts";
import type { FollowEvent } from "../contract/ports.ts";
import type { ServerMessage } from "../contract/socket.ts";
import { ClientError } from "./errors.ts";
import type { FollowContext } from "./follow-context.ts";
import { acceptPast } from "./past.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/** Ended tasks whose last `seq` is remembered, so that a late repeat is known as one. */
const MAX_REMEMBERED = 10_000;
/** Tasks that a look at the list takes in: what was accepted while nobody listened. */
const MAX_CAUGHT_UP = 500;
const PAGE = 100;
/** Quiet tasks that are asked for at a time: a long backlog must not become as many calls. */
const MAX_ASKED = 10;

/** A task's very first start is told from its acceptance on: that may be on its way still, from another function. */
function firstSeq(message: TaskEvent | TokenEvent): number {
  if (message.type === "token" || (message.type === "started" && message.generation === 1 && message.attempt === 1))
    return 0;
  return message.seq - 1;
}

/** The tasks that are being followed, and what was seen of each. */
export function createTasks(
  context: FollowContext,
  since: string | undefined,
  signal: AbortSignal,
  emit: (event: FollowEvent) => void,
) {
  const { clock, timings } = context;
  const live = new Map<string, Timeline>();
  /** Since when a task has told nothing, and how long that may last. */
  const quiet = new Map<string, { since: number; patience: number }>();
  const ended = new Map<string, number>();
  const healing = new Set<string>();
  /** When the newest task that is known of was accepted, by the server's clock. */
  let newest = since ?? "";
  let catching: Promise<void> | undefined;
  /** False until the tasks accepted since the given moment are known: one that is heard of before is told whole. */
  let swept = since === undefined;

  const forget = (taskId: string) => {
    live.delete(taskId);
    quiet.delete(taskId);
  };
  const pass = (taskId: string, timeline: Timeline, events: FollowEvent[]) => {
    for (const event of events) emit(event);
    if (events.length > 0) quiet.set(taskId, { since: clock.now(), patience: timings.quiet });
    if (!timeline.ended) return;
    forget(taskId);
    ended.delete(taskId);
    ended.set(taskId, timeline.seq);
    if (ended.size > MAX_REMEMBERED)
      for (const oldest of ended.keys()) if (ended.size > MAX_REMEMBERED) ended.delete(oldest);
  };
  const begin = (taskId: string, seq: number): Timeline => {
    const timeline = createTimeline(seq);
    timeline.caughtUp(seq);
    live.set(taskId, timeline);
    return timeline;
  };
  const heal = async (taskId: string, timeline: Timeline) => {
    if (healing.has(taskId)) return;
    healing.add(taskId);
    try {
      const past = await context.fetchEvents(taskId, timeline.seq, signal);
      if (!timeline.ended) pass(taskId, timeline, acceptPast(timeline, past));
    } catch (error) {
      // Removed in the meantime: nothing more will come of it.
      if (error instanceof ClientError && error.status === 404) forget(taskId);
      else throw error;
    } finally {
      healing.delete(taskId);
    }
  };
  const sweep = async () => {
    const known = [...live];
    const fresh: { taskId: string; acceptedAt: string }[] = [];
    let cursor: string | undefined;
    let oldest: string;
    do {
      const page = await context.fetchList({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }, signal);
      fresh.push(
        ...page.tasks.filter((task) => task.acceptedAt > newest && !live.has(task.taskId) && !ended.has(task.taskId)),
      );
      oldest = page.tasks.at(-1)?.acceptedAt ?? "";
      cursor = page.cursor;
    } while (cursor !== undefined && oldest > newest && fresh.length < MAX_CAUGHT_UP);
    for (const [taskId, timeline] of known) await heal(taskId, timeline);
    for (const task of fresh.toReversed()) {
      if (!live.has(task.taskId) && !ended.has(task.taskId)) await heal(task.taskId, begin(task.taskId, 0));
      if (task.acceptedAt > newest) newest = task.acceptedAt;
    }
    swept = true;
  };

  return {
    /** Notes from when on tasks are new. */
    async begin(): Promise<void> {
      newest = (await context.fetchList({ limit: 1 }, signal)).tasks[0]?.acceptedAt ?? "";
    },
    hear(message: Exclude<ServerMessage, { type: "pong" | "error" | "subscribed" }>): void {
      const { taskId } = message;
      const last = ended.get(taskId);
      const known = live.get(taskId);
      // Tokens of a task whose beginning was not seen make no text: the next attempt's will.
      if (!known && (message.type === "token" || (last !== undefined && message.seq <= last))) return;
      const timeline = known ?? begin(taskId, last ?? (swept ? firstSeq(message) : 0));
      pass(taskId, timeline, timeline.accept(message));
      if (timeline.gap) void heal(taskId, timeline).catch(() => {});
    },
    /** Asks for the past of tasks that have long told nothing: whoever was to tell may have crashed. */
    askQuiet(): void {
      const now = clock.now();
      const due = [...quiet].filter(([, { since: from, patience }]) => now - from >= patience);
      const longest = due.toSorted(([, a], [, b]) => a.since - b.since).slice(0, MAX_ASKED);
      for (const [taskId, { patience }] of longest) {
        quiet.set(taskId, { since: now, patience: Math.min(2 * patience, timings.heartbeat) });
        const timeline = live.get(taskId);
        // What fails is asked again at the next turn.
        if (timeline) void heal(taskId, timeline).catch(() => {});
      }
    },
    /** Reads what was missed: events of the tasks under way, and tasks that nobody told of. */
    catchUp: () => (catching ??= sweep().finally(() => (catching = undefined))),
  };
}
