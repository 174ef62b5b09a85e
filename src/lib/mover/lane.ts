import type { LeasedMessage } from "../../contract/queue.ts";
import { giveBack } from "../dlq/peek.ts";
import { UNBOUNDED } from "./allowance.ts";
import { inBatches } from "./batches.ts";
import type { HeldLeases } from "./leases.ts";
import type { Move, MoveCounts } from "./move.ts";
import type { Pace } from "./pace.ts";
import { withRetries } from "./retry.ts";
import { sendBatch } from "./send.ts";

/** What was sent is deleted even when the move is told to stop. */
const NEVER = new AbortController().signal;
/** Covers a batch with all its retries. */
export const LEASE_SECONDS = 120;

export interface Lane extends Move {
  startedAt: number;
  held: HeldLeases;
  counts: MoveCounts;
  pace: Pace;
  /** Messages that may still be taken. */
  remaining: number;
  /** Messages that are held and came again since the last one that was new. */
  seenAgain: number;
  /** Messages that were sent, and whose deletion waits until they come again. */
  owed: number;
  /** No lease of an earlier run can still hide one: what did not come again was deleted just before that run died. */
  settled: boolean;
  tell(): void;
}

/** Receives until the source has nothing new to give; the first lane also waits for leases of a run that was killed. */
export async function runLane(lane: Lane, isFirst: boolean): Promise<void> {
  const { allowance = UNBOUNDED, signal } = lane;
  const most = Math.min(lane.queue.limits.batchEntries, lane.maxPerSecond ?? Infinity);
  while (!signal.aborted && (lane.remaining > 0 || lane.owed > 0)) {
    const max = await allowance.take(most, signal);
    if (max === 0) return;
    const turn = { sent: 0 };
    try {
      if (!(await runTurn(lane, isFirst, max, turn))) return;
    } finally {
      allowance.giveBack(max - turn.sent);
    }
  }
}

/**
 * Receives once, `max` messages at most, and moves those that go.
 *
 * @param turn gets the number of those that were sent.
 * @returns whether the lane goes on.
 */
async function runTurn(lane: Lane, isFirst: boolean, max: number, turn: { sent: number }): Promise<boolean> {
  const { queue, source, held } = lane;
  const received = await withRetries(
    async () => ({
      done: true,
      // Not cut off by Ctrl-C: what it leased would stay hidden until the lease ends.
      value: await queue.lease(source, { max, seconds: LEASE_SECONDS, waitSeconds: 1, signal: NEVER }),
    }),
    lane,
  );
  if (received.length === 0) {
    if (!isFirst || lane.owed === 0) return false;
    lane.settled = lane.clock.now() - lane.startedAt > (LEASE_SECONDS + 5) * 1000;
    return !lane.settled;
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
  const ready = await prepareAll(lane, taken);
  for (const batch of inBatches(ready, queue.limits, lane.fifo)) turn.sent += await transfer(lane, batch);
  lane.tell();
  lane.seenAgain = isNew || taken.length > 0 || sentBefore.length > 0 ? 0 : lane.seenAgain + received.length;
  // Leases that end faster than the source is read (a stack whose time runs fast) show the same messages for ever: when all
  // have come again, there are no others.
  return lane.seenAgain <= held.count;
}

async function isWanted(lane: Lane, message: LeasedMessage): Promise<boolean> {
  if (lane.remaining <= 0 || message.sentAt > lane.startedAt) return false;
  // Taken before it is judged: other lanes count too.
  lane.remaining--;
  if (!lane.select || (await lane.select(message))) return true;
  lane.remaining++;
  return false;
}

/** @returns what is sent. What cannot be stays, and is named. */
async function prepareAll(lane: Lane, messages: LeasedMessage[]): Promise<LeasedMessage[]> {
  if (!lane.prepare) return messages;
  const ready: LeasedMessage[] = [];
  for (const message of messages) {
    const prepared = await lane.prepare(message);
    if (!("problem" in prepared)) {
      ready.push(prepared);
      continue;
    }
    lane.counts.refused.push({ messageId: message.messageId, reason: prepared.problem });
    lane.held.hold(message);
  }
  return ready;
}

/** Deletes what an earlier run has sent. */
async function finish(lane: Lane, messages: LeasedMessage[]): Promise<void> {
  if (messages.length === 0) return;
  if (lane.keep) {
    for (const message of messages) lane.held.hold(message);
    return;
  }
  const removed = await remove(lane, messages);
  lane.counts.finished += removed;
  lane.owed -= removed;
}

/** @returns how many were sent. */
async function transfer(lane: Lane, batch: LeasedMessage[]): Promise<number> {
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
  lane.onSent?.(sent);
  counts.moved += sent.length;
  if (lane.keep) {
    for (const message of batch) lane.held.hold(message);
    return sent.length;
  }
  lane.owed += sent.length;
  const removed = await remove(lane, sent);
  lane.owed -= removed;
  const refused = batch.filter((message) => !journal.isSent(message) && !sent.includes(message));
  for (const message of refused) lane.held.hold(message);
  return sent.length;
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
