import { PipelineError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import { isTerminal } from "../../contract/event.ts";
import type { DlqRedriveEvent, DlqRedriveSummary, RedrivenEnded } from "../../contract/operations/dlq.ts";
import type { StageClient } from "../../contract/ports.ts";
import type { LeasedMessage, QueuePort } from "../../contract/queue.ts";
import { invocation } from "../installation.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage.ts";
import { stageFlags } from "../submit/submit.ts";
import { enterStageForChange } from "../tasks.ts";
import { moveByClient } from "./client-move.ts";
import { letterSelector, type LetterFilter } from "./filter.ts";
import { peek, taskOf } from "./peek.ts";
import { followMove } from "./service-move.ts";

export interface RedriveInput {
  choice: StageChoice;
  filter: LetterFilter;
  /** At most so many letters. */
  limit?: number;
  /** 1 to 500; absent: as fast as the service goes. */
  maxPerSecond?: number;
  /** Go on with a move of our own that did not end. */
  resume: boolean;
  /** Also follow the tasks to their end. */
  wait: boolean;
}

/** More than this cannot be followed one by one. */
const FOLLOW_LIMIT = 10_000;
const POLL_MS = 250;

/**
 * Moves dead letters back to their queue as they are: all of them by the service's own move task, some of them by our own
 * mover, which can choose.
 */
export async function* redrive(input: RedriveInput, place: Workplace): AsyncGenerator<DlqRedriveEvent> {
  const { clock, signal } = place;
  const stage = yield* enterStageForChange(input.choice, place);
  try {
    const { client } = stage;
    const { queue, reader, outputs } = client;
    const began = clock.now();
    const source = outputs.deadLetterQueueUrl;
    const select = letterSelector(input.filter, reader);
    const waiting = input.wait ? await following(client, select, signal) : new Map<string, number>();
    const summary = (more: Omit<DlqRedriveSummary, "type" | "operation" | "elapsedMs">): DlqRedriveSummary => ({
      type: "summary",
      operation: "dlq-redrive",
      ...more,
      elapsedMs: clock.now() - began,
    });
    let why = reasonForClient(input, select !== undefined);
    why ??= await startService(queue, source, input.maxPerSecond);
    yield why === undefined
      ? { type: "mover", by: "service", why: "all dead letters go back to their queue" }
      : { type: "mover", by: "client", why };
    const end: Moved =
      why === undefined && queue.move
        ? yield* followMove(queue.move, source, place)
        : yield* moveChosen(input, chosenOnly(waiting, select), client, place);
    const ends = { completed: 0, failed: 0 };
    for await (const event of waitForAll(client, waiting, place)) {
      if (event.status === "completed") ends.completed++;
      else ends.failed++;
      yield event;
    }
    const interrupted = signal.aborted;
    const failed = ends.failed > 0 || (end.client !== undefined && end.client.refused + end.client.undeleted > 0);
    yield summary({
      exitCode: interrupted ? interruptedExit(signal) : failed ? EXIT.taskFailed : EXIT.completed,
      ...end,
      ...(input.wait ? ends : {}),
      ...(interrupted && !end.client ? { detached: true } : {}),
    });
  } finally {
    await stage.close();
  }
}

/** The same letters must be meant again: a move does not know what an earlier one was asked for. */
function resumeCommand(input: RedriveInput, place: Workplace): string {
  const { tasks, error, since, until } = input.filter;
  const time = (flag: string, at: number | undefined) => (at === undefined ? [] : [flag, new Date(at).toISOString()]);
  const words = [
    ...(tasks ?? []).flatMap((id) => ["--task", id]),
    ...(error === undefined ? [] : ["--error", `'${error.replaceAll("'", String.raw`'\''`)}'`]),
    ...time("--since", since),
    ...time("--until", until),
    ...(input.maxPerSecond === undefined ? [] : ["--rate", String(input.maxPerSecond)]),
    "--resume",
  ];
  return `${invocation(place.installation, place.cwd)} dlq redrive ${words.join(" ")}${stageFlags(input.choice)}`;
}

/** @returns why the service's own move task will not do, if it will not. */
function reasonForClient(input: RedriveInput, filtered: boolean): string | undefined {
  if (input.resume) return "it goes on with a move of its own";
  if (filtered || input.limit !== undefined) return "the service's own move task takes all messages, not some";
  return undefined;
}

/** Starts the service's own move task. @returns why there is none, if there is none. */
async function startService(queue: QueuePort, source: string, maxPerSecond?: number): Promise<string | undefined> {
  if (!queue.move) return "this queue service has no move task";
  try {
    await queue.move.start(source, maxPerSecond === undefined ? {} : { maxPerSecond });
    return undefined;
  } catch (error) {
    if (error instanceof PipelineError && error.code === "MOVE_UNSUPPORTED") return error.message;
    throw error;
  }
}

/**
 * With a limit fewer go than are meant: only tasks that are taken are waited for.
 *
 * @returns the same choice, which leaves in `waiting` what it took.
 */
function chosenOnly(waiting: Map<string, number>, select: ReturnType<typeof letterSelector>) {
  const known = new Map(waiting);
  waiting.clear();
  return async (message: LeasedMessage) => {
    if (select && !(await select(message))) return false;
    const { taskId } = taskOf(message.body);
    const seq = taskId === undefined ? undefined : known.get(taskId);
    if (taskId !== undefined && seq !== undefined) waiting.set(taskId, seq);
    return true;
  };
}

type Moved = Pick<DlqRedriveSummary, "moved" | "status" | "client" | "resume">;

async function* moveChosen(
  input: RedriveInput,
  select: (message: LeasedMessage) => Promise<boolean>,
  client: StageClient,
  place: Workplace,
): AsyncGenerator<DlqRedriveEvent, Moved> {
  const { resume, limit, maxPerSecond } = input;
  const move = {
    source: client.outputs.deadLetterQueueUrl,
    destination: client.outputs.queueUrl,
    resume,
    select,
    ...(limit === undefined ? {} : { limit }),
    ...(maxPerSecond === undefined ? {} : { maxPerSecond }),
  };
  const counts = yield* moveByClient(move, client, place);
  const { moved, finished, left, refused, perhapsTwice, undeleted } = counts;
  const whole = !place.signal.aborted;
  return {
    moved,
    status: whole ? "COMPLETED" : "CANCELLED",
    client: { finished, left, refused: refused.length, perhapsTwice, undeleted },
    ...(whole && undeleted === 0 ? {} : { resume: resumeCommand(input, place) }),
  };
}

/** @returns the last `seq` of every task that is to be moved: what comes after belongs to the redrive. */
async function following(
  client: StageClient,
  select: ReturnType<typeof letterSelector>,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const message of await peek(client.queue, client.outputs.deadLetterQueueUrl, FOLLOW_LIMIT, signal)) {
    if (select && !(await select(message))) continue;
    const { taskId } = taskOf(message.body);
    if (!taskId) continue;
    const record = await client.reader.get(taskId);
    if (record) found.set(taskId, record.seq);
  }
  return found;
}

/** Reads the tasks' events, a few at a time, until each has ended again. */
async function* waitForAll(
  client: StageClient,
  waiting: Map<string, number>,
  place: Workplace,
): AsyncGenerator<RedrivenEnded> {
  const total = waiting.size;
  while (waiting.size > 0) {
    for (const [taskId, after] of [...waiting].slice(0, 50)) {
      if (place.signal.aborted) return;
      const events = await client.reader.events(taskId, after);
      const end = events.findLast(isTerminal);
      if (!end || (end.type !== "completed" && end.type !== "deadlettered" && end.type !== "cancelled")) {
        // To the back of the line, so that one slow task does not hide the rest.
        waiting.delete(taskId);
        waiting.set(taskId, after);
        continue;
      }
      waiting.delete(taskId);
      const error = end.type === "deadlettered" && end.error ? { error: end.error } : {};
      yield { type: "redriven", taskId, status: end.type, ...error, ended: total - waiting.size, total };
    }
    if (waiting.size > 0) await place.clock.sleep(POLL_MS, place.signal).catch(() => undefined);
  }
}
