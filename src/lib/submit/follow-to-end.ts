import type { Clock } from "../../contract/clock.ts";
import { EXIT, type ExitCode } from "../../contract/exit.ts";
import type { Detached } from "../../contract/operations/shared.ts";
import type { TaskOutcome } from "../../contract/operations/submit.ts";
import type { FollowEvent, StageClient } from "../../contract/ports.ts";
import { interruptedExit, untilAborted } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import type { OpenStage } from "../stage.ts";
import { fetchResult, hasEnded, outcomeExit, reduceOutcome } from "./outcome.ts";

const BEGIN_POLL_MS = 100;

export interface Following {
  place: Workplace;
  stage: OpenStage;
  /** How to return to the task. */
  command: string;
  /** Also yields tokens. */
  tokens: boolean;
  timeoutMs?: number;
  /** The task had ended with this event, and has just been sent again: only what comes after belongs to what is followed. */
  after?: number;
}

/** How a task that was followed ended, or why its follower left it. */
export interface Followed {
  outcome: TaskOutcome;
  exitCode: ExitCode;
  detached?: true;
  timedOut?: true;
}

/**
 * Follows a task to its end.
 *
 * @throws what keeps a function of the stack from working: nothing will run then.
 */
export async function* followToEnd(
  first: TaskOutcome,
  { place, stage, command, tokens, timeoutMs, after }: Following,
): AsyncGenerator<FollowEvent | Detached, Followed> {
  const { signal } = place;
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const until = AbortSignal.any([signal, stage.broken, ...(timeout ? [timeout] : [])]);
  const { client } = stage;
  const { taskId } = first;
  let outcome = first;
  let ended = false;
  let seq = after ?? 0;
  if (after !== undefined) await untilBegun(client, taskId, after, place.clock, until);
  const following = client.follower.follow(taskId, { signal: until, ...(after === undefined ? {} : { after }) });
  for await (const event of untilAborted<FollowEvent>(following, until)) {
    outcome = reduceOutcome(outcome, event);
    ended = hasEnded(event);
    if ("seq" in event) ({ seq } = event);
    if (event.type !== "token" || tokens) yield event;
  }
  if (!ended && timeout?.aborted && !signal.aborted && !stage.broken.aborted) {
    // What nobody lived to tell stands in the record all the same.
    for (const event of await client.reader.events(taskId, seq).catch(() => [])) {
      outcome = reduceOutcome(outcome, event);
      ended = hasEnded(event);
      yield event;
    }
  }
  if (ended) {
    outcome = await fetchResult(outcome, client.reader);
    return { outcome, exitCode: outcomeExit(outcome) };
  }
  if (stage.broken.aborted) {
    await client.control.cancel(taskId).catch(() => undefined);
    throw stage.broken.reason;
  }
  const exitCode = signal.aborted ? interruptedExit(signal) : timeout?.aborted ? EXIT.timedOut : EXIT.error;
  if (stage.own) {
    // Nobody will work on it when this stack is gone.
    await client.control.cancel(taskId).catch(() => undefined);
    return { outcome: { ...outcome, status: "cancelled" }, exitCode, ...(signal.aborted ? {} : { timedOut: true }) };
  }
  yield { type: "detached", taskId, command };
  return { outcome, exitCode, ...(signal.aborted ? { detached: true } : { timedOut: true }) };
}

/** Whoever follows a task that has ended is told so at once: it begins when its next life does. */
async function untilBegun(
  client: StageClient,
  taskId: string,
  after: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const record = await client.reader.get(taskId);
    if (!record || record.seq > after) return;
    await clock.sleep(BEGIN_POLL_MS, signal).catch(() => undefined);
  }
}
