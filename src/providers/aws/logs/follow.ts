import type { LogFeed, LogQuery } from "../../../contract/logs.ts";
import { AuthorizationError, ExternalError, type PipelineError } from "../../../contract/errors.ts";
import type { LogsContext } from "./context.ts";
import { createFiller } from "./fill.ts";
import { Seen } from "./seen.ts";
import { liveTail, type TailUpdate } from "./tail.ts";
import { runTail, type TailSession } from "./tail-session.ts";

const POLL_MS = 500;
/** FilterLogEvents may be called five times a second by a whole account, and others need it, too. */
const POLL_MS_EACH_GROUP = 250;
const SLOWEST_POLL_MS = 5000;
/** After a tail began, or showed but a sample: what it did not show is to be found by then. */
const SETTLE_MS = [0, 5000, 15_000];
const TAIL_RETRY_MS = 1000;
const SLOWEST_TAIL_RETRY_MS = 30_000;

/**
 * The past, then what comes. A live tail tells lines as they arrive, but neither what was written before it nor all of a
 * flood; polls find the rest, and are all there is where no tail may be opened.
 */
export async function* followLogs(context: LogsContext, query: LogQuery): AsyncGenerator<LogFeed> {
  const { clock } = context;
  const { signal } = query;
  const seen = new Seen();
  const filler = createFiller(context, query, seen);
  let tail: TailSession | undefined;
  let tailWanted = true;
  let tailPause = TAIL_RETRY_MS;
  let openTailAt = 0;
  let live = false;
  let state: "live" | "polling" | "reconnecting" | undefined;
  const shortest = Math.max(POLL_MS, query.groups.length * POLL_MS_EACH_GROUP);
  let pause = shortest;
  /** When to poll; the earliest first. */
  let polls = [0];
  let filled = false;
  const settle = () => SETTLE_MS.map((ms) => clock.now() + ms);

  try {
    for (;;) {
      signal.throwIfAborted();
      if ((polls[0] ?? Infinity) <= clock.now()) {
        let fresh = 0;
        try {
          for await (const event of filler.fill()) {
            fresh += 1;
            yield event;
          }
          filled = true;
          polls.shift();
          pause = fresh > 0 ? shortest : Math.min(SLOWEST_POLL_MS, pause * 1.5);
          if (state === "reconnecting") {
            state = live ? "live" : "polling";
            yield { type: "connection", state };
          }
        } catch (error) {
          if (!filled || !(error instanceof ExternalError)) throw error;
          pause = Math.min(SLOWEST_POLL_MS, pause * 1.5);
          polls = [clock.now() + pause, ...polls.slice(1)];
          if (state !== "reconnecting") yield { type: "connection", state: "reconnecting", reason: error.message };
          state = "reconnecting";
        }
        // A function's first lines make its group: the tail is to show it, too.
        if (tail && query.groups.some((group) => !filler.missing.has(group) && !tail?.groups.has(group))) {
          tail.stop();
          tail = undefined;
          live = false;
        }
      }
      const present = query.groups.filter((group) => !filler.missing.has(group));
      if (tailWanted && !tail && present.length > 0 && openTailAt <= clock.now())
        tail = runTail(present, (stop) =>
          liveTail(context, { ...query, groups: present }, AbortSignal.any([signal, stop])),
        );
      for (const update of tail?.take() ?? []) {
        if (update.type === "started") {
          live = true;
          tailPause = TAIL_RETRY_MS;
          polls = settle();
          if (state !== "live") yield { type: "connection", state: "live" };
          state = "live";
          continue;
        }
        for (const line of update.lines) {
          const fresh = seen.live(line);
          if (fresh) yield { type: "line", ...fresh };
        }
        if (update.sampled) polls = settle();
        else if (polls.length === 0) filler.advance(newestOf(update));
      }
      const ended = tail?.ended();
      if (ended) {
        tail = undefined;
        live = false;
        polls = [clock.now()];
        const refusal = refusalOf(ended.error);
        if (refusal) {
          tailWanted = false;
          yield { type: "connection", state: "polling", reason: refusal.message, hint: refusal.hint };
          state = "polling";
        } else {
          openTailAt = clock.now() + tailPause;
          tailPause = Math.min(SLOWEST_TAIL_RETRY_MS, tailPause * 2);
        }
        continue;
      }
      if (polls.length === 0 && !live) polls = [clock.now() + pause];
      if (polls.length === 0 && filler.missing.size > 0) polls = [clock.now() + SLOWEST_POLL_MS];
      await wait(context, (polls[0] ?? Infinity) - clock.now(), signal, tail);
    }
  } finally {
    tail?.stop();
  }
}

/** @returns why there can be no live tail; undefined when another try may have one. @throws what ends everything. */
function refusalOf(error: unknown): PipelineError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AuthorizationError && error.code === "ACCESS_DENIED") return error;
  if (!(error instanceof ExternalError)) throw error;
  const passing =
    /^(UNREACHABLE|RESOURCE_NOT_FOUND.*|THROTTL.*|.*TOO_MANY_REQUESTS.*|SERVICE_UNAVAILABLE.*|INTERNAL.*)$/;
  return passing.test(error.code) ? undefined : error;
}

function newestOf(update: Extract<TailUpdate, { type: "lines" }>): Map<string, number> {
  return new Map(update.lines.map(({ group, at }) => [group, at]));
}

/** Until the time has come, or the tail has something. */
async function wait(
  { clock }: LogsContext,
  ms: number,
  signal: AbortSignal,
  tail: TailSession | undefined,
): Promise<void> {
  const done = new AbortController();
  const sleep = clock.sleep(Math.max(0, Math.min(ms, SLOWEST_TAIL_RETRY_MS)), AbortSignal.any([signal, done.signal]));
  try {
    await Promise.race([sleep, ...(tail ? [tail.changed()] : [])]);
  } finally {
    done.abort();
    sleep.catch(() => undefined);
  }
}
