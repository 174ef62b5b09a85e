import { join } from "node:path";
import { AbortError, UsageError } from "../../contract/errors.ts";
import { hash } from "../../contract/hash.ts";
import type { LetterRefused, MoveProgress } from "../../contract/operations/dlq-redrive.ts";
import type { QueuePort } from "../../contract/queue.ts";
import { createJournal, findJournal, type Journal, resumeJournal } from "../mover/journal.ts";
import type { Move, MoveCounts } from "../mover/move.ts";
import { moveMessages } from "../mover/mover.ts";
import type { Workplace } from "../services.ts";
import type { LetterSelector } from "./filter.ts";
import type { KnownQueue } from "./letters.ts";
import { stateFolder } from "./state-folder.ts";

export interface ClientMove {
  source: KnownQueue;
  destination: KnownQueue;
  /** The queues are of a stage: then the journal may lie with the project. */
  ofStage: boolean;
  select?: LetterSelector;
  limit?: number;
  maxPerSecond?: number;
  /** What the move is to do beside: bound what is on its way, change what is sent. */
  hooks?: Pick<Move, "allowance" | "onSent" | "prepare" | "keep">;
  /** Whether the one who watches it has stopped it. */
  isStopped?(): boolean;
  /** Go on with the move that did not end. */
  resume: boolean;
}

const CONCURRENCY = 10;
const PROGRESS_MS = 100;

/** Moves dead letters by our own mover, with a journal: a stage's with the project where there is one, else with the user's state. */
export async function* moveByClient(
  move: ClientMove,
  queue: QueuePort,
  place: Workplace,
): AsyncGenerator<MoveProgress | LetterRefused, MoveCounts> {
  const { clock, signal } = place;
  const { source, destination, resume, select, limit, maxPerSecond, ofStage } = move;
  const began = clock.now();
  const depth = await queue.stats(source.queue);
  const journal = await openJournal(
    join(await stateFolder(ofStage, place), "moves", `${journalName(source, destination)}.journal`),
    { source: source.queue, destination: destination.queue, resume },
    place,
  );
  const toMove = Math.min(depth.visible, limit ?? Infinity);
  let counts: MoveCounts = { moved: 0, finished: 0, left: 0, refused: [], undeleted: 0, perhapsTwice: 0 };
  let told = -Infinity;
  try {
    const moving = moveMessages({
      ...move.hooks,
      ...(select ? { select } : {}),
      ...(limit === undefined ? {} : { limit }),
      ...(maxPerSecond === undefined ? {} : { maxPerSecond }),
      source: source.queue,
      destination: destination.queue,
      fifo: destination.fifo,
      concurrency: CONCURRENCY,
      queue,
      journal,
      clock,
      random: Math.random,
      signal,
    });
    for await (counts of moving) {
      const now = clock.now();
      if (now - told < PROGRESS_MS) continue;
      told = now;
      yield { type: "move", status: "RUNNING", moved: counts.moved, toMove, ms: now - began };
    }
  } catch (error) {
    await journal.close();
    throw error;
  }
  if (counts.undeleted === 0 && !signal.aborted) await journal.remove();
  else await journal.close();
  const isStopped = move.isStopped?.() === true;
  const isWhole = !signal.aborted && !isStopped;
  yield {
    type: "move",
    status: isWhole ? "COMPLETED" : "CANCELLED",
    moved: counts.moved,
    toMove: isWhole ? counts.moved : toMove,
    ms: clock.now() - began,
  };
  for (const refused of counts.refused) yield { type: "refused", ...refused };
  // What it never came to is left, too.
  return isStopped ? { ...counts, left: Math.max(counts.left, depth.visible - counts.moved) } : counts;
}

async function openJournal(
  path: string,
  move: { source: string; destination: string; resume: boolean },
  { clock }: Workplace,
): Promise<Journal> {
  const earlier = await findJournal(path);
  if (move.resume) {
    if (earlier) return resumeJournal(path);
    throw new UsageError("There is no move to go on with: the last one ended.", {
      code: "NOTHING_TO_RESUME",
      where: "--resume",
      hint: "Run the command without --resume.",
    });
  }
  if (!earlier) return createJournal(path, { ...move, startedAt: new Date(clock.now()) });
  throw new AbortError(`A move between these queues did not end (it began ${earlier.startedAt}).`, {
    code: "MOVE_UNFINISHED",
    where: path,
    hint: [
      "Go on with it, so that nothing is sent twice: run the command again with --resume",
      "Or, if the queues were emptied or made anew since, delete the file above.",
    ],
  });
}

function journalName(source: KnownQueue, destination: KnownQueue): string {
  return hash(`${source.queue} ${destination.queue}`, 16);
}
