import { namesAndFlags } from "../contract/shell-word.ts";
import { EXIT } from "../contract/exit.ts";
import type { WatchEvent } from "../contract/operations/watch.ts";
import type { FollowEvent } from "../contract/ports.ts";
import { invocation } from "./installation.ts";
import { wholeTaskId } from "./find-task.ts";
import { interruptedExit, untilAborted } from "./interrupt.ts";
import type { Workplace } from "./services.ts";
import { enterStage, type StageChoice } from "./stage.ts";
import { followingKnown } from "./unknown-task.ts";
import { fetchResult, hasEnded, initialOutcome, outcomeExit, reduceOutcome } from "./submit/outcome.ts";
import { stageFlags } from "./stage-choice.ts";

export interface WatchInput {
  choice: StageChoice;
  /** Absent: all tasks, from now on. */
  taskId?: string;
  /** Longest to follow, in milliseconds. */
  timeoutMs?: number;
}

/** Follows one task from its beginning to its end, or all tasks until it is left or the time is over. */
export async function* watch(input: WatchInput, place: Workplace): AsyncGenerator<WatchEvent> {
  const { clock, signal } = place;
  const entering = enterStage(input.choice, place, { startLocal: false, show: false });
  // A stage that is watched is named by `watching` itself, but for what was changed on it by hand.
  let entered = await entering.next();
  for (; !entered.done; entered = await entering.next()) if (entered.value.type === "stage") yield entered.value;
  const stage = entered.value;
  try {
    const { client } = stage;
    const { follower, ref } = client;
    const taskId = input.taskId === undefined ? undefined : await wholeTaskId(input.taskId, client.reader);
    yield { type: "watching", ref, ...(taskId === undefined ? {} : { taskId }) };
    const began = clock.now();
    const timeout = input.timeoutMs === undefined ? undefined : AbortSignal.timeout(input.timeoutMs);
    const until = timeout ? AbortSignal.any([signal, timeout]) : signal;
    let outcome = taskId === undefined ? undefined : initialOutcome(taskId, "accepted");
    let events = 0;
    let ended = false;
    const source =
      taskId === undefined
        ? follower.followAll({ signal: until })
        : followingKnown(taskId, { ref, choice: input.choice, place }, follower.follow(taskId, { signal: until }));
    for await (const event of untilAborted<FollowEvent>(source, until)) {
      if (event.type !== "token" && event.type !== "connection") events++;
      if (outcome) {
        outcome = reduceOutcome(outcome, event);
        ended = hasEnded(event);
      }
      yield event;
    }
    if (outcome && ended) outcome = await fetchResult(outcome, client.reader);
    const task = outcome ? { task: { ...outcome, elapsedMs: clock.now() - began } } : {};
    if (until.aborted && !ended) {
      const command = `${invocation(place.installation, place.cwd)} watch${namesAndFlags(taskId ? [taskId] : [], stageFlags(input.choice))}`;
      yield { type: "detached", ...(taskId === undefined ? {} : { taskId }), command };
      // Leaving a watch of everything is its ordinary end.
      const left = signal.aborted ? interruptedExit(signal) : EXIT.timedOut;
      const exitCode = taskId === undefined ? EXIT.completed : left;
      const how = signal.aborted || taskId === undefined ? { detached: true } : { timedOut: true };
      yield { type: "summary", operation: "watch", exitCode, events, ...task, ...how };
      return;
    }
    yield {
      type: "summary",
      operation: "watch",
      exitCode: outcome ? outcomeExit(outcome) : EXIT.completed,
      events,
      ...task,
    };
  } finally {
    await stage.close();
  }
}
