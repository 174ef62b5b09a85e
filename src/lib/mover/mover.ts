import type { Clock } from "../../contract/clock.ts";
import type { LeasedMessage, QueuePort } from "../../contract/queue.ts";
import { createChannel } from "../channel.ts";
import { giveBack } from "../dlq/peek.ts";
import { inBatches } from "./batches.ts";
import type { Journal } from "./journal.ts";
import { createHeldLeases, type HeldLeases } from "./leases.ts";
import { createPace, type Pace } from "./pace.ts";
import { withRetries } from "./retry.ts";
import { sendBatch } from "./send.ts";

export interface MoveRequest {
  source: string;
  destination: string;
  /** Whether the destination is a FIFO queue. */
  fifo: boolean;
  /** Whether a message goes; absent: all go. */
  select?: (message: LeasedMessage) => boolean | Promise<boolean>;
  /** At most so many. */
  limit?: number;
  maxPerSecond?: number;
  /** Batches under way at a time. A kill can leave at most so many batches sent twice. */
  concurrency: number;
}

export interface MoveCounts {
  /** Sent and deleted from the source. */
  moved: number;
  /** Had been sent by the run that this one goes on with, and were only deleted. */
  finished: number;
  /** Not selected, or over the limit. */
  left: number;
  /** Refused by the destination for good: they stay in the source. */
  refused: { messageId: string; reason: string }[];
  /** Sent, and not seen to be deleted: to be deleted by the next run. */
  undeleted: number;
  /** Sent again because the service did not answer whether the first time worked. */
  perhapsTwice: number;
}

interface Move extends MoveRequest {
  queue: QueuePort;
  journal: Journal;
  clock: Clock;
  random: () => number;
  /** Ends the move after the batches that are under way. */
  signal: AbortSignal;
}

/** What was sent is deleted even when the move is told to stop. */
const NEVER = new AbortController().signal;
/** Covers a batch with all its retries. */
const LEASE_SECONDS = 120;
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
    owed: move.journal.pending,
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

interface Lane extends Move {
  startedAt: number;
  held: HeldLeases;
  counts: MoveCounts;
  pace: Pace;
  /** Messages that may still be taken. */
  remaining: number;
  /** Messages that were sent, and whose deletion waits until they come again. */
  owed: number;
  /** No lease of an earlier run can still hide one: what did not come again was deleted just before that run died. */
  settled: boolean;
  tell(): void;
}

async function keepHeld({ held, clock }: Lane, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep((LEASE_SECONDS * 1000) / 3, signal).catch(() => undefined);
    if (!signal.aborted) await held.extend(LEASE_SECONDS);
  }
}

/** Receives until the source has nothing new to give; the first lane also waits for leases of a run that was killed. */
async function runLane(lane: Lane, isFirst: boolean): Promise<void> {
  const { queue, source, held, signal } = lane;
  const max = Math.min(queue.limits.batchEntries, lane.maxPerSecond ?? Infinity);
  while (!signal.aborted && (lane.remaining > 0 || lane.owed > 0)) {
    const received = await withRetries(
      async () => ({
        done: true,
        // Not cut off by Ctrl-C: what it leased would stay hidden until the lease ends.
        value: await queue.lease(source, { max, seconds: LEASE_SECONDS, waitSeconds: 1, signal: NEVER }),
      }),
      lane,
    );
    if (received.length === 0) {
      if (!isFirst || lane.owed === 0) return;
      lane.settled = lane.clock.now() - lane.startedAt > (LEASE_SECONDS + 5) * 1000;
      if (lane.settled) return;
      continue;
    }
    const taken: LeasedMessage[] = [];
    const sentBefore: LeasedMessage[] = [];
    let isNew = false;
    for (const message of received) {
      if (lane.journal.isSent(message)) sentBefore.push(message);
      else if (await isWanted(lane, message)) taken.push(message);
      else isNew = held.hold(message) || isNew;
    }
    await finish(lane, sentBefore);
    for (const batch of inBatches(taken, queue.limits, lane.fifo)) await transfer(lane, batch);
    lane.tell();
    // Leases that end faster than the source is read (a stack whose time runs fast) show the same messages for ever.
    if (!isNew && taken.length === 0 && sentBefore.length === 0) return;
  }
}

async function isWanted(lane: Lane, message: LeasedMessage): Promise<boolean> {
  if (lane.remaining <= 0 || message.sentAt > lane.startedAt) return false;
  // Taken before it is judged: other lanes count too.
  lane.remaining--;
  if (!lane.select || (await lane.select(message))) return true;
  lane.remaining++;
  return false;
}

/** Deletes what an earlier run has sent. */
async function finish(lane: Lane, messages: LeasedMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const removed = await remove(lane, messages);
  lane.counts.finished += removed;
  lane.owed -= removed;
}

async function transfer(lane: Lane, batch: LeasedMessage[]): Promise<void> {
  const { queue, source, journal, counts } = lane;
  let sent: LeasedMessage[] = [];
  try {
    await lane.pace(batch.length);
    sent = await sendBatch(lane, batch);
  } catch (error) {
    await giveBack(
      queue,
      source,
      batch.map(({ lease }) => lease),
    );
    throw error;
  }
  counts.moved += sent.length;
  lane.owed += sent.length;
  const removed = await remove(lane, sent);
  lane.owed -= removed;
  const refused = batch.filter((message) => !journal.isSent(message) && !sent.includes(message));
  for (const message of refused) lane.held.hold(message);
}

/** Deletes what was sent. What cannot be deleted stays in the journal, and comes again when its lease has ended. */
async function remove(lane: Lane, messages: LeasedMessage[]): Promise<number> {
  if (messages.length === 0) return 0;
  let open = messages;
  let removed = 0;
  await withRetries(
    async () => {
      const answers = await lane.queue.remove(
        lane.source,
        open.map(({ lease }) => lease),
      );
      const outcome = new Map(open.map((message, index) => [message, answers[index]]));
      const gone = open.filter((message) => "ok" in (outcome.get(message) ?? {}));
      await lane.journal.deleted(gone);
      removed += gone.length;
      open = open.filter((message) => {
        const answer = outcome.get(message);
        return answer === undefined || ("failure" in answer && answer.failure.retryable);
      });
      return { done: open.length === 0, value: undefined };
    },
    { ...lane, signal: NEVER },
  );
  return removed;
}
