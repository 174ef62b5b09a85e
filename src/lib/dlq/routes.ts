import { AbortError } from "../../contract/errors.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { type KnownQueue, type Letters, type LettersChoice, lettersFlags } from "./letters.ts";

/** Where some dead letters go. */
export interface Route {
  destination: KnownQueue;
  /** Whether a letter goes there; absent: all do. */
  takes?: (message: LeasedMessage) => boolean;
}

/**
 * @param to the queue that was asked for; absent: each letter goes back to where it came from.
 * @throws AbortError `QUEUE_TYPES_DIFFER`, `SAME_QUEUE`, `DESTINATION_UNKNOWN`.
 */
export async function findRoutes(
  { queue, deadLetterQueue, sources }: Letters,
  to: string | undefined,
  choice: LettersChoice,
  place: Workplace,
): Promise<Route[]> {
  const routes: Route[] = [];
  if (to !== undefined) {
    const url = await queue.find(to);
    routes.push({ destination: { queue: url, ...(await queue.describe(url)) } });
  } else if (sources.length === 1) {
    routes.push(...sources.map((destination) => ({ destination })));
  } else {
    // What somebody sent here by hand names no source, and stays.
    routes.push(...sources.map((destination) => ({ destination, takes: comesFrom(destination) })));
  }
  if (routes.length === 0) {
    throw new AbortError(
      `No queue names ${deadLetterQueue.name} as its dead-letter queue: where its messages go is unknown.`,
      {
        code: "DESTINATION_UNKNOWN",
        where: deadLetterQueue.queue,
        hint: `Name it: ${invocation(place.installation, place.cwd)} dlq redrive --to QUEUE${lettersFlags(choice)}`,
      },
    );
  }
  for (const { destination } of routes) checkTypes(deadLetterQueue, destination);
  return routes;
}

const comesFrom =
  ({ id }: KnownQueue) =>
  ({ cameFrom }: LeasedMessage) =>
    cameFrom === id;

function checkTypes(from: KnownQueue, to: KnownQueue): void {
  if (from.id === to.id) {
    throw new AbortError(`${to.name} is the queue that the messages are in.`, {
      code: "SAME_QUEUE",
      where: "--to",
      hint: "Name another queue, or leave --to out to send them back to where they came from.",
    });
  }
  if (from.fifo === to.fifo) return;
  throw new AbortError(`${from.name} is a ${kind(from)} queue and ${to.name} a ${kind(to)} one.`, {
    code: "QUEUE_TYPES_DIFFER",
    where: to.queue,
    hint: "Move to a queue of the same type.",
  });
}

const kind = ({ fifo }: { fifo: boolean }) => (fifo ? "FIFO" : "standard");
