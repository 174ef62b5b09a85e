import type { TaskEvent } from "../../contract/event.ts";
import type { Sockets } from "../aws/sockets.ts";
import type { Logger } from "../log/logger.ts";
import type { Followers } from "./followers.ts";
import { nextDelta, socketMessage } from "./socket-message.ts";

export interface TellerParts {
  followers: Followers;
  sockets: Sockets;
  log: Logger;
  taskId: string;
  userId: string;
}

/** One follower: what it must still be told, and how much of the text it has. */
interface Target {
  tokens: boolean;
  /** Each due once the text before it has been sent. */
  queue: { message: string; textLength: number }[];
  sent: number;
  failures: number;
  busy: Promise<void> | undefined;
}

/** A follower whose posts keep failing is left alone: it reads the past when it is back. */
const MAX_FAILURES = 3;

export type Teller = ReturnType<typeof createTeller>;

/**
 * Tells the followers of one task. A durable event is told after it was written, to whoever is registered after that; so
 * with the past that a subscriber reads after registering, nobody misses one. Text is told as fast as each follower takes
 * it: one call in flight, and what comes meanwhile goes together in the next. Nothing here holds up the model's stream.
 */
export function createTeller({ followers, sockets, log, taskId, userId }: TellerParts) {
  const targets = new Map<string, Target>();
  const closing = new AbortController();
  let untold: TaskEvent[] = [];
  let place = { generation: 1, attempt: 0 };
  let text = "";
  let stale = false;
  let refreshing: Promise<void> | undefined;

  /** Finds the followers anew and gives them what is untold; calls while one is at work are one more round. */
  function refresh(): Promise<void> {
    stale = true;
    return (refreshing ??= rounds().then(() => {
      refreshing = undefined;
      // A call in the very moment between the last round's end and this one.
      return stale ? refresh() : undefined;
    }));
  }

  async function rounds(): Promise<void> {
    while (stale) {
      stale = false;
      if (closing.signal.aborted) return;
      const due = untold;
      untold = [];
      try {
        const found = await followers.find(taskId, userId);
        const present = new Set(found.map(({ connectionId }) => connectionId));
        for (const id of targets.keys()) if (!present.has(id)) targets.delete(id);
        for (const { connectionId, tokens } of found) {
          const target = targets.get(connectionId) ?? { tokens, queue: [], sent: 0, failures: 0, busy: undefined };
          target.tokens = tokens;
          targets.set(connectionId, target);
          target.queue.push(...due.map((event) => ({ message: socketMessage(event), textLength: text.length })));
          pump(connectionId, target);
        }
      } catch (error) {
        untold = [...due, ...untold];
        stale = false;
        log.warn("The followers could not be read.", { error });
        return;
      }
    }
  }

  function pump(connectionId: string, target: Target): void {
    if (target.busy || closing.signal.aborted) return;
    target.busy = deliver(connectionId, target).then(() => {
      target.busy = undefined;
      const more = targets.get(connectionId) === target && target.failures < MAX_FAILURES && take(target);
      if (more) pump(connectionId, target);
    });
  }

  async function deliver(connectionId: string, target: Target): Promise<void> {
    for (let next = take(target); next && !closing.signal.aborted; next = take(target)) {
      try {
        if ((await sockets.post(connectionId, next.message, closing.signal)) === "gone") {
          targets.delete(connectionId);
          await followers.forget(connectionId);
          return;
        }
        next.done();
        target.failures = 0;
      } catch (error) {
        if (closing.signal.aborted) return;
        target.failures += 1;
        log.warn("A follower could not be told.", { error, failures: target.failures });
        if (target.failures >= MAX_FAILURES) return;
      }
    }
  }

  /** The next message for a follower, in the order of what happened. */
  function take(target: Target): { message: string; done: () => void } | undefined {
    const head = target.queue[0];
    const limit = head ? head.textLength : text.length;
    if (target.tokens && target.sent < limit) {
      const delta = nextDelta(text, target.sent, limit);
      const event = { type: "token", taskId, ...place, offset: target.sent, delta };
      return { message: JSON.stringify(event), done: () => (target.sent = event.offset + delta.length) };
    }
    return head && { message: head.message, done: () => void target.queue.shift() };
  }

  return {
    /** Names the attempt whose text comes now. */
    begin(generation: number, attempt: number): void {
      place = { generation, attempt };
    },
    /** Tells events that have been written. */
    tell(events: readonly TaskEvent[]): void {
      if (events.length === 0) return;
      untold.push(...events);
      void refresh();
    },
    /** More of the attempt's text. */
    token(delta: string): void {
      text += delta;
      for (const [id, target] of targets) if (target.tokens && target.failures < MAX_FAILURES) pump(id, target);
    },
    text: () => text,
    refresh,
    /** Resolves when everyone has been told everything, or after `timeoutMs`. */
    async flush(timeoutMs: number): Promise<void> {
      const timer = setTimeout(() => closing.abort(), Math.max(1, timeoutMs));
      const aborted = new Promise<void>((resolve) =>
        closing.signal.addEventListener("abort", () => resolve(), { once: true }),
      );
      const callsUnderWay = () => [...targets.values()].flatMap(({ busy }) => (busy ? [busy] : []));
      const told = async () => {
        // The round under way takes along what was told before it; more than one more is for what it could not take.
        if (refreshing) await refreshing;
        if (untold.length > 0) await refresh();
        for (let calls = callsUnderWay(); calls.length > 0; calls = callsUnderWay()) await Promise.all(calls);
      };
      await Promise.race([told(), aborted]);
      clearTimeout(timer);
    },
    /** Ends what is in flight. */
    close(): void {
      closing.abort();
    },
  };
}
