import type { Clock } from "../../contract/clock.ts";
import { PipelineError } from "../../contract/errors.ts";
import type { ScanProgress, ScanTold } from "../../contract/operations/dlq.ts";
import type { LeasedMessage, QueuePort } from "../../contract/queue.ts";
import { createChannel } from "../channel.ts";
import { sizeOf } from "../mover/batches.ts";
import { createHeldLeases } from "../mover/leases.ts";
import type { KnownQueue } from "./letters.ts";

interface Scanning {
  queue: QueuePort;
  deadLetterQueue: KnownQueue;
  clock: Clock;
  /** Ends the scan early; what it holds is given back all the same. */
  signal: AbortSignal;
  /** Is given each message once, ten at most at a time. @returns whether that is enough. */
  see(messages: LeasedMessage[]): Promise<boolean> | boolean;
}

/** Covers the time between two extensions three times. */
const LEASE_SECONDS = 120;
const LANES = 10;
const PROGRESS_MS = 200;
/** A receive is never cut off: what it leased would stay hidden until the lease ends. It waits a second at most. */
const WHOLE = new AbortController().signal;

/**
 * Looks at every message of a queue, each once: all leases are held until the end, so that nothing comes twice, and then
 * given back. Each look is a receive: it counts in the message's receive count, and costs.
 */
export async function* scanMessages(
  scanning: Scanning,
): AsyncGenerator<ScanProgress, ScanTold & { seen: number; about: number }> {
  const { queue, deadLetterQueue, clock } = scanning;
  const url = deadLetterQueue.queue;
  const began = clock.now();
  const about = (await queue.stats(url)).visible;
  const held = createHeldLeases(queue, url);
  const stop = new AbortController();
  const signal = AbortSignal.any([scanning.signal, stop.signal]);
  const progress = createChannel<void>();
  const told = { receives: 0, requests: 0, cut: undefined as string | undefined };

  let asking = 0;
  /** @returns whether there may be more. */
  const look = async (waitSeconds: number) => {
    asking++;
    const messages = await queue
      .lease(url, { max: queue.limits.batchEntries, seconds: LEASE_SECONDS, waitSeconds, signal: WHOLE })
      .catch((error: unknown) => {
        const full = error instanceof PipelineError && /OVER_?LIMIT/.test(error.code);
        if (!full) throw error;
        told.cut = "the service hides no more messages at a time";
        return [];
      })
      .finally(() => asking--);
    told.receives++;
    told.requests += billed(messages, queue);
    const fresh = messages.filter((message) => held.hold(message));
    progress.push();
    // Leases that end faster than the queue is read (a stack whose time runs fast) show the same messages for ever.
    if (fresh.length === 0) return false;
    if (await scanning.see(fresh)) stop.abort();
    return true;
  };
  const lane = async () => {
    // Where the others' receives may bring all that is left, there is nothing to wait for.
    const wait = () => (held.count + asking * queue.limits.batchEntries < about ? 1 : 0);
    while (!signal.aborted && (await look(wait())));
  };
  const all = async () => {
    const lanes = Array.from({ length: LANES }, () =>
      lane().catch((error: unknown) => (stop.abort(), Promise.reject(error))),
    );
    const outcomes = await Promise.allSettled(lanes);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed) throw failed.reason;
    // A receive that does not wait asks only some of the service's servers.
    while (!signal.aborted && held.count < about && told.cut === undefined && (await look(1)));
  };
  const keep = async () => {
    while (!stop.signal.aborted) {
      await clock.sleep((LEASE_SECONDS * 1000) / 3, stop.signal).catch(() => undefined);
      if (!stop.signal.aborted) await held.extend(LEASE_SECONDS);
    }
  };
  const keeping = keep();
  let failure: { error: unknown } | undefined;
  const looking = all()
    .catch((error: unknown) => (failure = { error }))
    .finally(() => progress.close());
  let seen = 0;
  let unreleased = 0;
  try {
    let last = -Infinity;
    for await (const _ of progress) {
      const now = clock.now();
      if (now - last < PROGRESS_MS) continue;
      last = now;
      yield { type: "scan", seen: held.count, about, receives: told.receives, ms: now - began };
    }
  } finally {
    // Also when nobody reads on: what is held is given back.
    stop.abort();
    await Promise.all([looking, keeping]);
    seen = held.count;
    told.requests += Math.ceil(seen / queue.limits.batchEntries);
    unreleased = await held.release();
  }
  if (failure) throw failure.error;
  if (scanning.signal.aborted) told.cut = "it was interrupted";
  const { receives, requests, cut } = told;
  const costUsd = queue.pricing && requests * queue.pricing.request(deadLetterQueue);
  return {
    seen,
    about,
    receives,
    requests,
    unreleased,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(cut === undefined ? {} : { cut }),
  };
}

function billed(messages: LeasedMessage[], { pricing }: QueuePort): number {
  const bytes = messages.reduce((sum, message) => sum + sizeOf(message), 0);
  return Math.max(1, pricing ? Math.ceil(bytes / pricing.bytesPerRequest) : 1);
}
