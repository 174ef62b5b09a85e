import { PipelineError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { DlqRedriveEvent, DlqRedriveSummary, RedrivePlan } from "../../contract/operations/dlq-redrive.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import { attach, detached, findActive, moveActive, nothingActive, shownActive } from "./active-move.ts";
import { cannotFollow, chosenOnly, findFollowed, markFollowed, waitForAll } from "./follow-redriven.ts";
import { forecast } from "./forecast.ts";
import { enterLetters, type Letters } from "./letters.ts";
import { moveChosen, type Moved } from "./move-chosen.ts";
import { refusePaused } from "./paused.ts";
import { type Planned, planRedrive } from "./plan.ts";
import { redriveCommand, type RedriveInput } from "./redrive-input.ts";
import { findRoutes, type Route } from "./routes.ts";
import { followMove } from "./service-move.ts";
import { isWatched, watchBounds } from "./watch/bounds.ts";
import { moveWatched } from "./watch/watched-move.ts";
import { parseWhere } from "./where.ts";

export type { RedriveInput } from "./redrive-input.ts";

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
    const active = input.dryRun ? undefined : await findActive(letters);
    if (active && input.attach === "refuse") throw moveActive(active, letters, choice, place);
    if (active) {
      yield shownActive(active, letters);
      yield* attach(letters, choice, place);
      return;
    }
    if (input.attach === "only") throw nothingActive(letters);
    const routes = await findRoutes(letters, to, choice, place);
    const isOwn = stage && routes.some(({ destination }) => destination.queue === stage.outputs.queueUrl);
    if (stage && isOwn && !input.dryRun && !input.whilePaused) await refusePaused(stage, choice, place);
    const watched = isWatched(input.watch) ? await watchBounds(input.watch, letters, routes) : undefined;
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
    const { causes } = planned;
    const plan: RedrivePlan = { ...planned.plan, ...(watched ? { watch: watched.bounds } : {}) };
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
    const followed = stage && input.wait && !watched ? await findFollowed(stage, select, signal) : undefined;
    if (stage && followed && why === undefined) await markFollowed(stage, followed);
    why ??= await startService(letters, routes, input, place);
    yield why === undefined
      ? { type: "mover", by: "service", why: "all dead letters go back to their queue" }
      : { type: "mover", by: "client", why };
    const { move } = letters.queue;
    const ends = { completed: 0, failed: 0 };
    let end: Moved & Pick<DlqRedriveSummary, "watch">;
    if (watched) {
      const { count } = plan;
      const outcome = yield* moveWatched(
        { ...watched, count, select, wait: input.wait },
        (watch) => moveChosen(input, routes, { select: watch.select, watch }, letters, place),
        place,
      );
      Object.assign(ends, outcome.ends);
      const isStopped = outcome.watch.stopped !== undefined;
      // What stays has no journal: the same command chooses anew.
      const goOn = isStopped ? { status: "CANCELLED" as const, resume: redriveCommand(input, place, []) } : {};
      end = { ...outcome.moved, ...goOn, watch: outcome.watch };
    } else {
      end =
        why === undefined && move
          ? yield* followMove(move, deadLetterQueue.queue, place)
          : // Only what our own mover takes is waited for.
            yield* moveChosen(
              input,
              routes,
              { select: stage && followed ? chosenOnly(stage, followed, select) : select },
              letters,
              place,
            );
      for await (const event of stage && followed ? waitForAll(stage, followed.waiting, place) : []) {
        ends[event.status === "completed" ? "completed" : "failed"]++;
        yield event;
      }
    }
    const interrupted = signal.aborted;
    const failed =
      (input.wait && ends.failed > 0) ||
      end.watch?.stopped !== undefined ||
      (end.client !== undefined && end.client.refused + end.client.undeleted > 0);
    yield {
      type: "summary",
      operation: "dlq-redrive",
      exitCode: interrupted ? interruptedExit(signal) : failed ? EXIT.taskFailed : EXIT.completed,
      ...end,
      ...(input.wait ? ends : {}),
      ...(followed && followed.unfollowed > 0 ? { unfollowed: followed.unfollowed } : {}),
      ...(interrupted && !end.client ? detached(choice, place) : {}),
      elapsedMs: clock.now() - began,
    };
  } finally {
    await letters.close();
  }
}

/** @returns why the service's own move task will not do, if it will not. */
function reasonForClient(input: RedriveInput, { sources }: Letters, { select, reason }: Planned): string | undefined {
  if (isWatched(input.watch)) return "some go first and are judged, and the service's own move task takes all at once";
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
  { maxPerSecond, choice }: RedriveInput,
  place: Workplace,
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
    if (!(error instanceof PipelineError)) throw error;
    // Somebody may have started one since; some servers name that as they name a move that they do not have.
    const letters = { queue, deadLetterQueue };
    const active = await findActive(letters);
    if (active) throw moveActive(active, letters, choice, place);
    if (error.code === "MOVE_UNSUPPORTED") return error.message;
    throw error;
  }
}
