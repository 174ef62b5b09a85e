import type { FollowEvent } from "../contract/ports.ts";
import type { ServerMessage } from "../contract/socket.ts";
import { pollDelay, reconnectDelay } from "./backoff.ts";
import { createChannel } from "./channel.ts";
import { ClientError, isTransient } from "./errors.ts";
import { withResult } from "./follow.ts";
import type { FollowContext } from "./follow-context.ts";
import { createTasks } from "./all-tasks.ts";
import { FATAL_CODES } from "./past.ts";
import { runSession, type Session } from "./socket.ts";
import { createTargets, socketUrl } from "./target.ts";
import type { FollowAllOptions } from "./types.ts";

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
        session.news();
        tell("connected");
        if (message.type === "subscribed") {
          subscribed = true;
          void tasks.catchUp().catch((error: unknown) => endOn(session, error));
          repeatedly(session, timings.quiet, tasks.askQuiet);
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

function repeatedly(session: Session, ms: number, act: () => void): void {
  session.later(ms, () => {
    act();
    repeatedly(session, ms, act);
  });
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
