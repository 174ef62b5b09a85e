import type {
  DlqRedriveEvent,
  DlqRedriveSummary,
  RedriveBounds,
  RedriveWatched,
} from "../../../contract/operations/dlq-redrive.ts";
import { PipelineError } from "../../../contract/errors.ts";
import type { StageClient } from "../../../contract/ports.ts";
import type { LeasedMessage } from "../../../contract/queue.ts";
import { type Channel, createChannel } from "../../channel.ts";
import type { Move } from "../../mover/move.ts";
import type { Workplace } from "../../services.ts";
import type { LetterSelector } from "../filter.ts";
import { taskOf } from "../peek.ts";
import { createGuard, type Guard } from "./guard.ts";
import { createTracker, type Tracker } from "./tracker.ts";

export interface WatchedMove {
  stage: StageClient;
  bounds: RedriveBounds;
  /** Letters that go, where that is known. */
  count: number | undefined;
  select: LetterSelector | undefined;
  /** Also follow the tasks to their end. */
  wait: boolean;
}

/** Of the mover, that it is watched by. */
type Hooks = Pick<Move, "allowance" | "onSent"> & { select: LetterSelector; isStopped(): boolean };
type Watch = NonNullable<DlqRedriveSummary["watch"]>;

const POLL_MS = 250;
/** Beside the worker's concurrency: what keeps it busy between two looks. */
const WINDOW = { perWorker: 4, least: 10, unlimited: 100 };

/**
 * Moves letters while their tasks do well. Canaries go first; the rest follows when they were judged, a window of them at a
 * time. It ends when all that went were judged by their first attempt.
 *
 * @param move moves with the hooks it is given; its last value is handed on.
 */
export async function* moveWatched<Moved>(
  watched: WatchedMove,
  move: (hooks: Hooks) => AsyncGenerator<DlqRedriveEvent, Moved>,
  place: Workplace,
): AsyncGenerator<DlqRedriveEvent, { moved: Moved; watch: Watch; ends: { completed: number; failed: number } }> {
  const { stage, bounds, select } = watched;
  const tracker = createTracker(stage.reader, stage.outputs.maxAttempts);
  const guard = createGuard(bounds, tracker, Math.max(bounds.canary, await windowOf(stage)));
  const unfollowed = { count: 0 };
  const hooks: Hooks = {
    allowance: guard,
    isStopped: () => guard.stopped !== undefined,
    select: followedOnly(stage, tracker, select, unfollowed),
    onSent(messages) {
      guard.sent(messages.length);
      for (const { body } of messages) tracker.add(taskOf(body).taskId ?? "");
    },
  };
  const channel = createChannel<DlqRedriveEvent>();
  let result: { moved: Moved } | undefined;
  const moving = pump(move(hooks), channel).then((moved) => void (result = { moved }));
  const ends = { completed: 0, failed: 0 };
  const watching = watch(watched, tracker, guard, moving, ends, channel, place);
  Promise.all([moving, watching]).then(
    () => channel.close(),
    (error: unknown) => {
      guard.end();
      void Promise.allSettled([moving, watching]).then(() => channel.close(error));
    },
  );
  yield* channel;
  if (!result) throw new Error("A move that ended has a result.");
  return {
    moved: result.moved,
    watch: {
      ...figures(tracker),
      unfollowed: unfollowed.count,
      ...(guard.stopped === undefined ? {} : { stopped: guard.stopped }),
    },
    ends,
  };
}

async function pump<Moved>(
  events: AsyncGenerator<DlqRedriveEvent, Moved>,
  channel: Channel<DlqRedriveEvent>,
): Promise<Moved> {
  for (;;) {
    const step = await events.next();
    if (step.done) return step.value;
    channel.push(step.value);
  }
}

/** Looks again and again, and lets the guard decide. */
async function watch(
  { wait, count }: WatchedMove,
  tracker: Tracker,
  guard: Guard,
  moving: Promise<void>,
  ends: { completed: number; failed: number },
  channel: Channel<DlqRedriveEvent>,
  { clock, signal }: Workplace,
): Promise<void> {
  const state = { moving: true };
  void moving.catch(() => undefined).finally(() => (state.moving = false));
  let told = "";
  for (;;) {
    const { moving: isMoving } = state;
    for await (const found of tracker.look()) {
      if (found.type === "judged") channel.push(found);
      else {
        ends[found.status === "completed" ? "completed" : "failed"]++;
        if (wait) channel.push({ ...found, ended: ends.completed + ends.failed, total: tracker.moved });
      }
    }
    if (signal.aborted) return guard.end();
    if (count !== undefined && tracker.moved >= count) guard.end();
    const decided = guard.decide(isMoving && !(count !== undefined && tracker.moved >= count));
    const shown: RedriveWatched = { type: "watched", phase: guard.phase, ...figures(tracker) };
    if (JSON.stringify(shown) !== told) channel.push(shown);
    told = JSON.stringify(shown);
    if (decided) channel.push(decided);
    if (!isMoving && (wait ? tracker.inFlight : tracker.open) === 0) return;
    await clock.sleep(POLL_MS, signal).catch(() => undefined);
  }
}

const figures = ({ moved, judged, failed, inFlight, spentUsd }: Tracker) => ({
  moved,
  judged,
  failed,
  inFlight,
  spentUsd,
});

/** Letters whose task has a record, each task once: a task that failed anew while others still go is not moved in circles. */
function followedOnly(
  { reader }: StageClient,
  tracker: Tracker,
  select: LetterSelector | undefined,
  unfollowed: { count: number },
): LetterSelector {
  return async (message: LeasedMessage) => {
    if (select && !(await select(message))) return false;
    const { taskId } = taskOf(message.body);
    if (taskId !== undefined && tracker.has(taskId)) return false;
    const record = taskId === undefined ? undefined : await reader.get(taskId);
    if (record) tracker.expect(record);
    else unfollowed.count++;
    return record !== undefined;
  };
}

/** @returns how many first attempts may be open at a time. */
async function windowOf({ consumption }: StageClient): Promise<number> {
  try {
    const { maxConcurrency } = await consumption.get();
    if (maxConcurrency === undefined) return WINDOW.unlimited;
    return Math.max(WINDOW.least, WINDOW.perWorker * maxConcurrency);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return WINDOW.least;
  }
}
