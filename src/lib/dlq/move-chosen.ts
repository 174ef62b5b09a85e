import type { DlqRedriveEvent, DlqRedriveSummary } from "../../contract/operations/dlq-redrive.ts";
import type { Move } from "../mover/move.ts";
import type { Workplace } from "../services.ts";
import { moveByClient } from "./client-move.ts";
import type { LetterSelector } from "./filter.ts";
import type { Letters } from "./letters.ts";
import { redriveCommand, type RedriveInput } from "./redrive-input.ts";
import type { Route } from "./routes.ts";

export type Moved = Pick<DlqRedriveSummary, "moved" | "status" | "client" | "resume">;

type Watch = Pick<Move, "allowance" | "onSent"> & { isStopped(): boolean };

/** Moves by our own mover, one destination after another. */
export async function* moveChosen(
  input: RedriveInput,
  routes: Route[],
  { select, watch }: { select: LetterSelector | undefined; watch?: Watch },
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
        ...(watch ? { hooks: watch, isStopped: watch.isStopped } : {}),
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
    ...(whole && client.undeleted === 0 ? {} : { resume: redriveCommand(input, place, ["--resume"]) }),
  };
}

/** @returns both choices as one; none when all letters go. */
function selection(select: LetterSelector | undefined, takes: Route["takes"]): { select?: LetterSelector } {
  if (!takes) return select ? { select } : {};
  return { select: (message) => takes(message) && (!select || select(message)) };
}
