import { PipelineError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type {
  BatchEvent,
  BatchLineEnded,
  BatchLineFailed,
  BatchLineInvalid,
  BatchLineSubmitted,
  BatchProgress,
  BatchSummary,
} from "../../contract/operations/batch.ts";
import type { FollowEvent } from "../../contract/ports.ts";
import { createChannel } from "../channel.ts";
import { invocation } from "../installation.ts";
import { interruptedExit, untilAborted } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import { enterStage, type OpenStage, type StageChoice } from "../stage.ts";
import { stageFlags } from "../stage-choice.ts";
import { type BatchLine, type BatchSource, emptyBatch, parseLine } from "./lines.ts";
import { fetchResult, hasEnded, initialOutcome, reduceOutcome } from "./outcome.ts";
import { refuseWaitingForNothing } from "./paused.ts";
import { checkSize, identified } from "./request.ts";
import { createCauses, percentiles } from "./statistics.ts";

export interface BatchInput {
  choice: StageChoice;
  source: BatchSource;
  /** Tasks on their way at once. */
  concurrency: number;
  wait: boolean;
  timeoutMs?: number;
  via: "api" | "queue";
  /** For lines that name none. */
  userId?: string;
}

type LineEvent = BatchLineInvalid | BatchLineFailed | BatchLineSubmitted | BatchLineEnded;

/** Hands in every line of a file as a task, some at once; a line at fault never stops the others. */
export async function* batch(input: BatchInput, place: Workplace): AsyncGenerator<BatchEvent> {
  const { clock, signal } = place;
  const stage = yield* enterStage(input.choice, place, { startLocal: true, show: true });
  try {
    refuseWaitingForNothing(stage, place);
    const wait = input.wait || stage.own !== undefined;
    const { file, total } = input.source;
    yield { type: "batch", file, ...(total === undefined ? {} : { total }), concurrency: input.concurrency, wait };
    const began = clock.now();
    const tally = createTally(total);
    for await (const event of runLines({ ...input, wait }, stage, place)) {
      tally.add(event);
      yield event;
      yield tally.progress();
    }
    if (tally.read() === 0 && !signal.aborted) throw emptyBatch(file);
    const summary = tally.summary(clock.now() - began);
    const goOn = summary.submitted - summary.completed - summary.failed;
    yield {
      ...summary,
      ...(goOn > 0 && !stage.own
        ? {
            next: `${invocation(place.installation, place.cwd)} tasks list --limit ${Math.min(100, goOn)}${stageFlags(input.choice)}`,
          }
        : {}),
      ...(signal.aborted ? { exitCode: interruptedExit(signal), interrupted: true } : {}),
    };
  } finally {
    await stage.close();
  }
}

/** Runs the lines `concurrency` at a time. A failure of all (no authorization) ends the batch; a line's own is its event. */
async function* runLines(input: BatchInput, stage: OpenStage, place: Workplace): AsyncGenerator<LineEvent> {
  const channel = createChannel<LineEvent>();
  const lines = input.source.lines()[Symbol.asyncIterator]();
  // One reader at a time: the generator behind the lines queues concurrent calls of next().
  // An idle stdin must not hold up the end.
  const aborted = new Promise<undefined>((resolve) =>
    place.signal.addEventListener("abort", () => resolve(undefined), { once: true }),
  );
  const work = async () => {
    while (!place.signal.aborted) {
      const next = await Promise.race([lines.next(), aborted]);
      if (!next || next.done) return;
      await runLine(next.value, input, stage, place, (event) => channel.push(event));
    }
  };
  const workers = Array.from({ length: input.concurrency }, work);
  void Promise.all(workers).then(
    () => channel.close(),
    (error: unknown) => channel.close(error),
  );
  yield* channel;
}

async function runLine(
  { line, text }: BatchLine,
  input: BatchInput,
  stage: OpenStage,
  place: Workplace,
  emit: (event: LineEvent) => void,
): Promise<void> {
  const { clock, signal } = place;
  const parsed = parseLine(text);
  if ("problem" in parsed) {
    const { code, problem, detail } = parsed;
    return emit({ type: "line-invalid", line, code, problem, message: detail ? `${problem}: ${detail}` : problem });
  }
  const request = identified({ ...(input.userId ? { userId: input.userId } : {}), ...parsed.request });
  const began = clock.now();
  try {
    checkSize(request, `line ${line}`);
    const answer = await stage.client.intake[input.via === "queue" ? "enqueue" : "accept"](request, { signal });
    emit({ type: "line-submitted", line, taskId: answer.taskId, duplicate: answer.duplicate, ms: clock.now() - began });
    if (!input.wait) return;
    const timeout = input.timeoutMs === undefined ? undefined : AbortSignal.timeout(input.timeoutMs);
    const until = AbortSignal.any([signal, stage.broken, ...(timeout ? [timeout] : [])]);
    let outcome = initialOutcome(answer.taskId, answer.status);
    let ended = false;
    for await (const event of untilAborted<FollowEvent>(
      stage.client.follower.follow(answer.taskId, { signal: until }),
      until,
    )) {
      outcome = reduceOutcome(outcome, event);
      ended = hasEnded(event);
    }
    if (stage.broken.aborted) throw stage.broken.reason;
    if (signal.aborted && !ended) return;
    if (!ended) {
      return emit({
        type: "line-failed",
        line,
        taskId: answer.taskId,
        code: "TIMED_OUT",
        message: "no end within the timeout; the task goes on",
      });
    }
    outcome = await fetchResult(outcome, stage.client.reader);
    emit({ type: "line-ended", line, ...outcome, elapsedMs: clock.now() - began });
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof PipelineError) || error.exitCode === EXIT.notAuthorized || stage.broken.aborted) throw error;
    emit({ type: "line-failed", line, taskId: request.taskId, code: error.code, message: error.message });
  }
}

/** Counts what the lines came to. */
function createTally(total: number | undefined) {
  const counts = { read: 0, submitted: 0, completed: 0, failed: 0, rejected: 0 };
  const accepts: number[] = [];
  const durations: number[] = [];
  const causes = createCauses();
  const tokens = { input: 0, output: 0 };
  let costUsd: number | undefined = 0;
  let offline = false;
  const submitted = new Set<number>();

  const addEnded = (event: BatchLineEnded) => {
    for (const usage of event.usage) {
      tokens.input += usage.inputTokens;
      tokens.output += usage.outputTokens;
    }
    costUsd =
      costUsd === undefined || (event.costUsd === undefined && event.usage.length > 0)
        ? undefined
        : costUsd + (event.costUsd ?? 0);
    offline ||= event.offline === true;
    if (event.status === "completed") {
      counts.completed++;
      durations.push(event.elapsedMs);
      return;
    }
    counts.failed++;
    const { error } = event;
    causes.add(
      error?.fingerprint ?? event.status,
      error ? `${error.name}: ${error.message}` : event.status,
      event.taskId,
      event.line,
    );
  };
  return {
    /** Lines that hold a task or should. */
    read: () => counts.read,
    add(event: LineEvent) {
      if (event.type === "line-ended") return addEnded(event);
      if (event.type === "line-submitted") {
        counts.read++;
        counts.submitted++;
        submitted.add(event.line);
        accepts.push(event.ms);
        return;
      }
      // A line that was accepted and timed out is a failed task; one that never got so far was rejected.
      if (submitted.has(event.line)) counts.failed++;
      else {
        counts.read++;
        counts.rejected++;
      }
      const message = event.type === "line-invalid" ? event.problem : event.message;
      causes.add(event.code, message, `line ${event.line}`, event.line);
    },
    progress: (): BatchProgress => ({ type: "batch-progress", ...(total === undefined ? {} : { total }), ...counts }),
    summary(elapsedMs: number): BatchSummary {
      const accept = percentiles(accepts);
      const duration = percentiles(durations);
      return {
        type: "summary",
        operation: "batch",
        exitCode: counts.failed > 0 ? EXIT.taskFailed : counts.rejected > 0 ? EXIT.error : EXIT.completed,
        ...counts,
        elapsedMs,
        ...(accept ? { accept } : {}),
        ...(duration ? { duration } : {}),
        causes: causes.list(),
        inputTokens: tokens.input,
        outputTokens: tokens.output,
        ...(costUsd === undefined ? {} : { costUsd }),
        ...(offline ? { offline } : {}),
      };
    },
  };
}
