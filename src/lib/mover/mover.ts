import { createChannel } from "../channel.ts";
import { type Lane, LEASE_SECONDS, runLane } from "./lane.ts";
import { createHeldLeases, type HeldLeases } from "./leases.ts";
import type { Move, MoveCounts } from "./move.ts";
import { createPace } from "./pace.ts";

/**
 * Moves messages from one queue to another: sends, writes down what was confirmed, and deletes only that, entry by entry.
 * Yields the counts after each batch; the last ones are the result. Messages that come to the source after the start are
 * left, so that a task which fails anew is not moved in circles.
 *
 * @throws what the service answers when retries do not help; nothing is lost then, and the journal tells what was sent.
 */
export async function* moveMessages(move: Move): AsyncGenerator<MoveCounts> {
  const channel = createChannel<MoveCounts>();
  const held = createHeldLeases(move.queue, move.source);
  const running = run(move, held, (counts) => channel.push({ ...counts, left: held.count }));
  running.then(
    () => channel.close(),
    (error: unknown) => channel.close(error),
  );
  yield* channel;
}

async function run(move: Move, held: HeldLeases, tell: (counts: MoveCounts) => void): Promise<void> {
  const counts: MoveCounts = { moved: 0, finished: 0, left: 0, refused: [], undeleted: 0, perhapsTwice: 0 };
  const stop = new AbortController();
  const signal = AbortSignal.any([move.signal, stop.signal]);
  const lane: Lane = {
    ...move,
    signal,
    startedAt: move.clock.now(),
    held,
    counts,
    pace: createPace(move.maxPerSecond, move.clock, signal),
    remaining: move.limit ?? Infinity,
    owed: move.keep ? 0 : move.journal.pending,
    seenAgain: 0,
    settled: false,
    tell: () => tell(counts),
  };
  const keeping = keepHeld(lane, stop.signal);
  let failure: { error: unknown } | undefined;
  const runOne = async (isFirst: boolean) => {
    try {
      await runLane(lane, isFirst);
    } catch (error) {
      if (signal.aborted) return;
      failure = { error };
      // The other lanes end their batches first: what they have sent is deleted and written down.
      stop.abort();
    }
  };
  await Promise.all(Array.from({ length: move.concurrency }, (_, index) => runOne(index === 0)));
  stop.abort();
  await keeping;
  counts.undeleted = lane.settled ? 0 : lane.owed;
  tell(counts);
  await held.release();
  if (failure) throw failure.error;
}

async function keepHeld({ held, clock }: Lane, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep((LEASE_SECONDS * 1000) / 3, signal).catch(() => undefined);
    if (!signal.aborted) await held.extend(LEASE_SECONDS);
  }
}
