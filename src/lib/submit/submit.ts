import { shellWord } from "../shell-word.ts";
import { EXIT, type ExitCode } from "../../contract/exit.ts";
import type { SubmitEvent, TaskOutcome } from "../../contract/operations/submit.ts";
import type { FollowEvent } from "../../contract/ports.ts";
import type { SubmitRequest } from "../../contract/task.ts";
import { invocation } from "../installation.ts";
import { interruptedExit, untilAborted } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import { enterStage, type OpenStage, type StageChoice } from "../stage.ts";
import { stageFlags } from "../stage-choice.ts";
import { checkDocument, uploadDocument } from "./document.ts";
import { refuseWaitingForNothing } from "./paused.ts";
import { fetchResult, hasEnded, initialOutcome, outcomeExit, reduceOutcome } from "./outcome.ts";
import { checkSize, identified } from "./request.ts";

export interface SubmitInput {
  choice: StageChoice;
  request: SubmitRequest;
  /** A file to upload, or an `s3://` address to pass on. */
  document?: string;
  /** `watch` also yields tokens. */
  follow: "none" | "wait" | "watch";
  /** How long to follow, in milliseconds. */
  timeoutMs?: number;
  via: "api" | "queue";
}

/** Hands in one task and, if asked, follows it to its end. */
export async function* submit(input: SubmitInput, place: Workplace): AsyncGenerator<SubmitEvent> {
  const { clock, signal } = place;
  const upload = input.document !== undefined && !/^[a-z0-9]+:\/\//.test(input.document) ? input.document : undefined;
  if (upload) await checkDocument(upload, place.cwd);
  checkSize(input.request, "the task");
  const stage = yield* enterStage(input.choice, place, { startLocal: true, show: true });
  try {
    refuseWaitingForNothing(stage, place);
    let request = identified(input.request);
    if (upload) {
      const uploaded = await uploadDocument(upload, place.cwd, stage.client.documents, clock);
      yield uploaded;
      request = { ...request, documentReference: uploaded.reference };
    } else if (input.document !== undefined) {
      request = { ...request, documentReference: input.document };
    }
    const began = clock.now();
    const answer = await stage.client.intake[input.via === "queue" ? "enqueue" : "accept"](request, { signal });
    const { taskId, duplicate } = answer;
    const command = `${invocation(place.installation, place.cwd)} watch ${shellWord(taskId)}${stageFlags(input.choice)}`;
    yield { type: "submitted", taskId, duplicate, via: input.via, ms: clock.now() - began, follow: command };
    // A stack of its own ends with the command, so the task must end first.
    const follow = stage.own && input.follow === "none" ? "wait" : input.follow;
    const first = initialOutcome(taskId, answer.status);
    if (follow === "none") {
      yield {
        type: "summary",
        operation: "submit",
        exitCode: EXIT.completed,
        ...first,
        elapsedMs: clock.now() - began,
      };
      return;
    }
    yield* followToEnd(first, { input, place, stage, began, command, tokens: follow === "watch" });
  } finally {
    await stage.close();
  }
}

interface Following {
  input: SubmitInput;
  place: Workplace;
  stage: OpenStage;
  began: number;
  command: string;
  tokens: boolean;
}

async function* followToEnd(first: TaskOutcome, following: Following): AsyncGenerator<SubmitEvent> {
  const { input, place, stage, began, command, tokens } = following;
  const { clock, signal } = place;
  const timeout = input.timeoutMs === undefined ? undefined : AbortSignal.timeout(input.timeoutMs);
  const until = AbortSignal.any([signal, stage.broken, ...(timeout ? [timeout] : [])]);
  let outcome = first;
  let ended = false;
  let seq = 0;
  for await (const event of untilAborted<FollowEvent>(
    stage.client.follower.follow(first.taskId, { signal: until }),
    until,
  )) {
    outcome = reduceOutcome(outcome, event);
    ended = hasEnded(event);
    if ("seq" in event) ({ seq } = event);
    if (event.type !== "token" || tokens) yield event;
  }
  if (!ended && timeout?.aborted && !signal.aborted && !stage.broken.aborted) {
    // What nobody lived to tell stands in the record all the same.
    for (const event of await stage.client.reader.events(first.taskId, seq).catch(() => [])) {
      outcome = reduceOutcome(outcome, event);
      ended = hasEnded(event);
      yield event;
    }
  }
  const done = (exitCode: ExitCode, more: { detached?: boolean; timedOut?: boolean } = {}): SubmitEvent => ({
    type: "summary",
    operation: "submit",
    exitCode,
    ...outcome,
    elapsedMs: clock.now() - began,
    ...more,
  });
  if (ended) {
    outcome = await fetchResult(outcome, stage.client.reader);
    yield done(outcomeExit(outcome));
    return;
  }
  if (stage.broken.aborted) {
    await stage.client.control.cancel(first.taskId).catch(() => undefined);
    throw stage.broken.reason;
  }
  const exitCode = signal.aborted ? interruptedExit(signal) : timeout?.aborted ? EXIT.timedOut : EXIT.error;
  if (stage.own) {
    // Nobody will work on it when this stack is gone.
    await stage.client.control.cancel(first.taskId).catch(() => undefined);
    outcome = { ...outcome, status: "cancelled" };
    yield done(exitCode, signal.aborted ? {} : { timedOut: true });
    return;
  }
  yield { type: "detached", taskId: first.taskId, command };
  yield done(exitCode, signal.aborted ? { detached: true } : { timedOut: true });
}
