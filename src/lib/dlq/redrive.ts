import { PipelineError, UsageError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { DlqRedriveEvent, DlqRedriveSummary } from "../../contract/operations/dlq.ts";
import { invocation } from "../installation.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import { moveByClient } from "./client-move.ts";
import type { LetterFilter, LetterSelector } from "./filter.ts";
import { chosenOnly, findFollowed, waitForAll } from "./follow-redriven.ts";
import { forecast } from "./forecast.ts";
import { enterLetters, type Letters, type LettersChoice, lettersFlags } from "./letters.ts";
import { refusePaused } from "./paused.ts";
import { type Planned, planRedrive } from "./plan.ts";
import { findRoutes, type Route } from "./routes.ts";
import { followMove } from "./service-move.ts";
import { parseWhere } from "./where.ts";

export interface RedriveInput {
  choice: LettersChoice;
  filter: Omit<LetterFilter, "where">;
  /** JMESPath over body and attributes. */
  where?: string;
  /** Also letters of which it is known that no attempt can succeed. */
  all: boolean;
  /** Another queue than those the letters came from: its name, URL or ARN. */
  to?: string;
  /** At most so many letters. */
  limit?: number;
  /** 1 to 500; absent: as fast as the service goes. */
  maxPerSecond?: number;
  /** Go on with a move of our own that did not end. */
  resume: boolean;
  /** Also follow the tasks to their end. */
  wait: boolean;
  /** Also when nothing is taken from the stage's queue. */
  whilePaused: boolean;
  /** Tell what would be done, and end. */
  dryRun: boolean;
  /** The plan's count is wanted, at the price of a look at the messages. */
  counting: boolean;
}

/**
 * Moves dead letters back to their queue as they are: all of them by the service's own move task, some of them by our own
 * mover, which can choose. The plan is told before anything moves: whoever stops reading there has moved nothing.
 */
export async function* redrive(input: RedriveInput, place: Workplace): AsyncGenerator<DlqRedriveEvent> {
  const { clock, signal } = place;
  const { choice, to, all, limit } = input;
  const where = input.where === undefined ? undefined : await parseWhere(input.where);
  const letters = yield* enterLetters(choice, place, { change: true, anyQueue: to !== undefined });
  try {
    const { stage, deadLetterQueue } = letters;
    if (!stage && input.wait) throw cannotFollow();
    const began = clock.now();
    const routes = await findRoutes(letters, to, choice, place);
    const isOwn = stage && routes.some(({ destination }) => destination.queue === stage.outputs.queueUrl);
    if (stage && isOwn && !input.dryRun && !input.whilePaused) await refusePaused(stage, choice, place);
    const filter = { ...input.filter, ...(where ? { where } : {}) };
    const counting = input.dryRun || input.counting;
    const planned = yield* planRedrive(
      { filter, all, counting, ...(limit === undefined ? {} : { limit }) },
      letters,
      routes,
      place,
    );
    const { select } = planned;
    let why = reasonForClient(input, letters, planned);
    const { plan, causes } = planned;
    if (input.dryRun) {
      yield {
        ...plan,
        causes,
        forecast: await forecast(letters, planned, why === undefined && letters.queue.move !== undefined),
      };
      yield {
        type: "summary",
        operation: "dlq-redrive",
        exitCode: EXIT.completed,
        moved: 0,
        status: "COMPLETED",
        dryRun: true,
        elapsedMs: clock.now() - began,
      };
      return;
    }
    yield plan;
    const waiting = stage && input.wait ? await findFollowed(stage, select, signal) : new Map<string, number>();
    why ??= await startService(letters, routes, input);
    yield why === undefined
      ? { type: "mover", by: "service", why: "all dead letters go back to their queue" }
      : { type: "mover", by: "client", why };
    const { move } = letters.queue;
    const end: Moved =
      why === undefined && move
        ? yield* followMove(move, deadLetterQueue.queue, place)
        : yield* moveChosen(input, routes, waiting.size > 0 ? chosenOnly(waiting, select) : select, letters, place);
    const ends = { completed: 0, failed: 0 };
    if (stage) {
      for await (const event of waitForAll(stage, waiting, place)) {
        if (event.status === "completed") ends.completed++;
        else ends.failed++;
        yield event;
      }
    }
    const interrupted = signal.aborted;
    const failed = ends.failed > 0 || (end.client !== undefined && end.client.refused + end.client.undeleted > 0);
    yield {
      type: "summary",
      operation: "dlq-redrive",
      exitCode: interrupted ? interruptedExit(signal) : failed ? EXIT.taskFailed : EXIT.completed,
      ...end,
      ...(input.wait ? ends : {}),
      ...(interrupted && !end.client ? { detached: true } : {}),
      elapsedMs: clock.now() - began,
    };
  } finally {
    await letters.close();
  }
}

function cannotFollow(): UsageError {
  return new UsageError(
    "Messages of a queue that belongs to no stage cannot be followed: no record tells how they end.",
    {
      code: "CANNOT_FOLLOW",
      where: "--wait",
      hint: "Leave --wait out, and look at the dead-letter queue again in a while.",
    },
  );
}

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The same letters must be meant again: a move does not know what an earlier one was asked for. */
function resumeCommand(input: RedriveInput, place: Workplace): string {
  const { tasks, error, since, until } = input.filter;
  const time = (flag: string, at: number | undefined) => (at === undefined ? [] : [flag, new Date(at).toISOString()]);
  const words = [
    ...(tasks ?? []).flatMap((id) => ["--task", id]),
    ...(error === undefined ? [] : ["--error", quoted(error)]),
    ...(input.where === undefined ? [] : ["--where", quoted(input.where)]),
    ...(input.all ? ["--all"] : []),
    ...(input.whilePaused ? ["--while-paused"] : []),
    ...time("--since", since),
    ...time("--until", until),
    ...(input.to === undefined ? [] : ["--to", input.to]),
    ...(input.maxPerSecond === undefined ? [] : ["--rate", String(input.maxPerSecond)]),
    "--resume",
  ];
  return `${invocation(place.installation, place.cwd)} dlq redrive ${words.join(" ")}${lettersFlags(input.choice)}`;
}

/** @returns why the service's own move task will not do, if it will not. */
function reasonForClient(input: RedriveInput, { sources }: Letters, { select, reason }: Planned): string | undefined {
  if (input.resume) return "it goes on with a move of its own";
  if (reason !== undefined) return reason;
  if (select || input.limit !== undefined) return "the service's own move task takes all messages, not some";
  if (sources.length === 0) return "the service's own move task takes only dead-letter queues";
  return undefined;
}

/** Starts the service's own move task. @returns why there is none, if there is none. */
async function startService(
  { queue, deadLetterQueue }: Letters,
  routes: Route[],
  { maxPerSecond }: RedriveInput,
): Promise<string | undefined> {
  if (!queue.move) return "this queue service has no move task";
  // Where all go to one queue it is named: a message that was sent to the dead-letter queue by hand knows no source.
  const [only] = routes.length === 1 ? routes : [];
  try {
    await queue.move.start(deadLetterQueue.queue, {
      ...(only ? { destination: only.destination.queue } : {}),
      ...(maxPerSecond === undefined ? {} : { maxPerSecond }),
    });
    return undefined;
  } catch (error) {
    if (error instanceof PipelineError && error.code === "MOVE_UNSUPPORTED") return error.message;
    throw error;
  }
}

type Moved = Pick<DlqRedriveSummary, "moved" | "status" | "client" | "resume">;

/** Moves by our own mover, one destination after another. */
async function* moveChosen(
  input: RedriveInput,
  routes: Route[],
  select: LetterSelector | undefined,
  letters: Letters,
  place: Workplace,
): AsyncGenerator<DlqRedriveEvent, Moved> {
  const { resume, limit, maxPerSecond } = input;
  const total = { moved: 0, finished: 0, left: 0, refused: 0, undeleted: 0, perhapsTwice: 0 };
  for (const { destination, takes } of routes) {
    if (place.signal.aborted || total.moved === limit) break;
    const counts = yield* moveByClient(
      {
        source: letters.deadLetterQueue,
        destination,
        resume,
        ofStage: letters.stage !== undefined,
        ...selection(select, takes),
        ...(limit === undefined ? {} : { limit: limit - total.moved }),
        ...(maxPerSecond === undefined ? {} : { maxPerSecond }),
      },
      letters.queue,
      place,
    );
    total.moved += counts.moved;
    total.finished += counts.finished;
    total.refused += counts.refused.length;
    total.undeleted += counts.undeleted;
    total.perhapsTwice += counts.perhapsTwice;
    total.left = counts.left;
  }
  const { moved, ...client } = total;
  const whole = !place.signal.aborted;
  return {
    moved,
    status: whole ? "COMPLETED" : "CANCELLED",
    client,
    ...(whole && client.undeleted === 0 ? {} : { resume: resumeCommand(input, place) }),
  };
}

/** @returns both choices as one; none when all letters go. */
function selection(select: LetterSelector | undefined, takes: Route["takes"]): { select?: LetterSelector } {
  if (!takes) return select ? { select } : {};
  return { select: (message) => takes(message) && (!select || select(message)) };
}
