import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { AbortError, UsageError } from "../../contract/errors.ts";
import type { LetterRefused, MoveProgress } from "../../contract/operations/dlq.ts";
import type { StageClient } from "../../contract/ports.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import { findProject } from "../config/load.ts";
import { createJournal, findJournal, type Journal, resumeJournal } from "../mover/journal.ts";
import { type MoveCounts, moveMessages } from "../mover/mover.ts";
import type { Workplace } from "../services.ts";

export interface ClientMove {
  source: string;
  destination: string;
  select?: (message: LeasedMessage) => boolean | Promise<boolean>;
  limit?: number;
  maxPerSecond?: number;
  /** Go on with the move that did not end. */
  resume: boolean;
}

const CONCURRENCY = 10;
const PROGRESS_MS = 100;

/** Moves dead letters by our own mover, with a journal beside the project's state or, outside a project, the user's. */
export async function* moveByClient(
  move: ClientMove,
  { queue }: StageClient,
  place: Workplace,
): AsyncGenerator<MoveProgress | LetterRefused, MoveCounts> {
  const { clock, signal } = place;
  const { source, destination, resume, ...request } = move;
  const began = clock.now();
  const [from, to, depth] = await Promise.all([
    queue.describe(source),
    queue.describe(destination),
    queue.stats(source),
  ]);
  if (from.fifo !== to.fifo) {
    throw new AbortError(`${from.name} is a ${kind(from)} queue and ${to.name} a ${kind(to)} one.`, {
      code: "QUEUE_TYPES_DIFFER",
      where: destination,
      hint: "Move to a queue of the same type.",
    });
  }
  const journal = await openJournal(await journalPath(move, place), { source, destination, resume }, place);
  const toMove = Math.min(depth.visible, move.limit ?? Infinity);
  let counts: MoveCounts = { moved: 0, finished: 0, left: 0, refused: [], undeleted: 0, perhapsTwice: 0 };
  let told = -Infinity;
  try {
    const moving = moveMessages({
      ...request,
      source,
      destination,
      fifo: to.fifo,
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
  yield {
    type: "move",
    status: signal.aborted ? "CANCELLED" : "COMPLETED",
    moved: counts.moved,
    toMove: signal.aborted ? toMove : counts.moved,
    ms: clock.now() - began,
  };
  for (const refused of counts.refused) yield { type: "refused", ...refused };
  return counts;
}

const kind = ({ fifo }: { fifo: boolean }) => (fifo ? "FIFO" : "standard");

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

async function journalPath({ source, destination }: ClientMove, place: Workplace): Promise<string> {
  const project = await findProject(place.cwd, "local");
  const home = place.env["HOME"] ?? homedir();
  const folder = project
    ? join(project.dir, ".ai-pipeline")
    : join(place.env["XDG_STATE_HOME"] ?? join(home, ".local", "state"), "ai-pipeline");
  const name = createHash("sha256").update(`${source} ${destination}`).digest("hex").slice(0, 16);
  return join(folder, "moves", `${name}.journal`);
}
