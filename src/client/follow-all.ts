import type { TaskEvent, TokenEvent } from "../contract/event.ts";
import type { FollowEvent } from "../contract/ports.ts";
import type { ServerMessage } from "../contract/socket.ts";
import { pollDelay, reconnectDelay } from "./backoff.ts";
import { createChannel } from "./channel.ts";
import { ClientError, isTransient } from "./errors.ts";
import { withResult } from "./follow.ts";
import type { FollowContext } from "./follow-context.ts";
import { acceptPast, FATAL_CODES } from "./past.ts";
import { runSession, type Session } from "./socket.ts";
import { createTargets, socketUrl } from "./target.ts";
import { createTimeline, type Timeline } from "./timeline.ts";
import type { FollowAllOptions } from "./types.ts";

/** Ended tasks whose last `seq` is remembered, so that a late repeat is known as one. */
const MAX_REMEMBERED = 10_000;
/** Tasks that a look at the list takes in: what was accepted while nobody listened. */
const MAX_CAUGHT_UP = 500;
const PAGE = 100;
/** A connection that lasted so long was a good one. */
const STABLE_MS = 10_000;

/** Follows all tasks the caller may see; see {@link PipelineClient.followAll}. */
export async function* followAll(
  context: FollowContext,
  { since, signal: userSignal }: FollowAllOptions,
): AsyncGenerator<FollowEvent> {
  socketUrl(context.address);
  if (!context.http.hasToken || !context.headers) {
    throw new ClientError(
      "Following all tasks needs the token in the socket's headers, which this environment cannot send.",
      {
        code: "HEADERS_UNSUPPORTED",
        hint: "Follow single tasks with `follow`, or run `followAll` in Node with a token.",
      },
    );
  }
  const stop = new AbortController();
  const signal = userSignal ? AbortSignal.any([stop.signal, userSignal]) : stop.signal;
  const channel = createChannel<FollowEvent>();
  const run = runAll(context, since, signal, channel.push).then(channel.end, (error: unknown) =>
    signal.aborted ? channel.end() : channel.fail(error),
  );
  try {
    for await (const event of channel) yield await withResult(context, event, userSignal);
  } finally {
    stop.abort();
    await run;
  }
}

async function runAll(
  context: FollowContext,
  since: string | undefined,
  signal: AbortSignal,
  emit: (event: FollowEvent) => void,
): Promise<void> {
  const { clock, timings, random } = context;
  const tasks = createTasks(context, since, signal, emit);
  const targets = createTargets({
    ...context,
    ticket: undefined,
    fetchTicket: () => Promise.reject(new Error("Not for all tasks.")),
  });
  let state: string | undefined;
  const tell = (next: "connected" | "reconnecting" | "polling", reason?: string) => {
    if (next === state) return;
    state = next;
    emit({ type: "connection", state: next, ...(reason === undefined ? {} : { reason }) });
  };
  if (since === undefined) await retryTransient(context, signal, () => tasks.begin());
  for (let failures = 0; !signal.aborted;) {
    let refused: ClientError | undefined;
    let subscribed = false;
    const result = await runSession({
      WebSocket: context.WebSocket,
      target: await targets.next(),
      clock,
      timings,
      signal,
      question: () => (subscribed ? { action: "ping" } : { action: "subscribe", all: true }),
      onMessage: (message, session) => {
        if (message.type === "error") {
          refused = toFatal(message);
          return session.end(message.message);
        }
        tell("connected");
        if (message.type === "subscribed") {
          subscribed = true;
          void tasks.catchUp().catch((error: unknown) => endOn(session, error));
        } else if (message.type !== "pong") {
          tasks.hear(message);
        }
      },
    });
    if (refused) throw refused;
    if (signal.aborted) return;
    if (result.planned) continue;
    if (result.answered && result.lasted >= STABLE_MS) failures = 0;
    failures += 1;
    const poll = failures >= context.pollAfter;
    tell(poll ? "polling" : "reconnecting", result.reason);
    // Says why a socket was refused, which the socket itself does not; and tells the news while there is none.
    if (!result.opened) await tasks.catchUp().catch(throwFatal);
    const wait = reconnectDelay(failures, timings.reconnectBase, timings.reconnectMax, random);
    const until = clock.now() + wait;
    for (let round = 0; poll && clock.now() < until; round += 1) {
      await clock.sleep(
        Math.min(Math.max(until - clock.now(), 0), pollDelay(round, timings.pollBase, timings.pollMax, random)),
        signal,
      );
      await tasks.catchUp().catch(throwFatal);
    }
    await clock.sleep(Math.max(0, until - clock.now()), signal);
  }
}

function toFatal(message: Extract<ServerMessage, { type: "error" }>): ClientError | undefined {
  const status = FATAL_CODES.get(message.code);
  return status === undefined ? undefined : new ClientError(message.message, { status, code: message.code });
}

function throwFatal(error: unknown): void {
  if (!isTransient(error)) throw error;
}

function endOn(session: Session, error: unknown): void {
  session.end(error instanceof Error ? error.message : "the missed events could not be read");
}

async function retryTransient(context: FollowContext, signal: AbortSignal, act: () => Promise<void>): Promise<void> {
  for (let round = 0; ; round += 1) {
    try {
      return await act();
    } catch (error) {
      throwFatal(error);
      await context.clock.sleep(
        pollDelay(round, context.timings.pollBase, context.timings.pollMax, context.random),
        signal,
      );
    }
  }
}

/** A task's very first start is told from its acceptance on: that may be on its way still, from another function. */
function firstSeq(message: TaskEvent | TokenEvent): number {
  if (message.type === "token" || (message.type === "started" && message.generation === 1 && message.attempt === 1))
    return 0;
  return message.seq - 1;
}

/** The tasks that are being followed, and what was seen of each. */
function createTasks(
  context: FollowContext,
  since: string | undefined,
  signal: AbortSignal,
  emit: (event: FollowEvent) => void,
) {
  const live = new Map<string, Timeline>();
  const ended = new Map<string, number>();
  const healing = new Set<string>();
  /** When the newest task that is known of was accepted, by the server's clock. */
  let newest = since ?? "";
  let catching: Promise<void> | undefined;
  /** False until the tasks accepted since the given moment are known: one that is heard of before is told whole. */
  let swept = since === undefined;

  const pass = (taskId: string, timeline: Timeline, events: FollowEvent[]) => {
    for (const event of events) emit(event);
    if (!timeline.ended) return;
    live.delete(taskId);
    ended.delete(taskId);
    ended.set(taskId, timeline.seq);
    if (ended.size > MAX_REMEMBERED)
      for (const oldest of ended.keys()) if (ended.size > MAX_REMEMBERED) ended.delete(oldest);
  };
  const begin = (taskId: string, seq: number): Timeline => {
    const timeline = createTimeline(seq);
    timeline.caughtUp(seq);
    live.set(taskId, timeline);
    return timeline;
  };
  const heal = async (taskId: string, timeline: Timeline) => {
    if (healing.has(taskId)) return;
    healing.add(taskId);
    try {
      const past = await context.fetchEvents(taskId, timeline.seq, signal);
      if (!timeline.ended) pass(taskId, timeline, acceptPast(timeline, past));
    } catch (error) {
      // Removed in the meantime: nothing more will come of it.
      if (error instanceof ClientError && error.status === 404) live.delete(taskId);
      else throw error;
    } finally {
      healing.delete(taskId);
    }
  };
  const sweep = async () => {
    const known = [...live];
    const fresh: { taskId: string; acceptedAt: string }[] = [];
    let cursor: string | undefined;
    let oldest: string;
    do {
      const page = await context.fetchList({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }, signal);
      fresh.push(
        ...page.tasks.filter((task) => task.acceptedAt > newest && !live.has(task.taskId) && !ended.has(task.taskId)),
      );
      oldest = page.tasks.at(-1)?.acceptedAt ?? "";
      cursor = page.cursor;
    } while (cursor !== undefined && oldest > newest && fresh.length < MAX_CAUGHT_UP);
    for (const [taskId, timeline] of known) await heal(taskId, timeline);
    for (const task of fresh.toReversed()) {
      if (!live.has(task.taskId) && !ended.has(task.taskId)) await heal(task.taskId, begin(task.taskId, 0));
      if (task.acceptedAt > newest) newest = task.acceptedAt;
    }
    swept = true;
  };

  return {
    /** Notes from when on tasks are new. */
    async begin(): Promise<void> {
      newest = (await context.fetchList({ limit: 1 }, signal)).tasks[0]?.acceptedAt ?? "";
    },
    hear(message: Exclude<ServerMessage, { type: "pong" | "error" | "subscribed" }>): void {
      const { taskId } = message;
      const last = ended.get(taskId);
      const known = live.get(taskId);
      // Tokens of a task whose beginning was not seen make no text: the next attempt's will.
      if (!known && (message.type === "token" || (last !== undefined && message.seq <= last))) return;
      const timeline = known ?? begin(taskId, last ?? (swept ? firstSeq(message) : 0));
      pass(taskId, timeline, timeline.accept(message));
      if (timeline.gap) void heal(taskId, timeline).catch(() => {});
    },
    /** Reads what was missed: events of the tasks under way, and tasks that nobody told of. */
    catchUp: () => (catching ??= sweep().finally(() => (catching = undefined))),
  };
}
