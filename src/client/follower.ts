import type { FollowEvent } from "../contract/ports.ts";
import type { ServerMessage } from "../contract/socket.ts";
import { pollDelay, reconnectDelay } from "./backoff.ts";
import { ClientError, isTransient } from "./errors.ts";
import type { FollowContext } from "./follow-context.ts";
import { acceptPast, createRepair, FATAL_CODES } from "./past.ts";
import { runSession, type Session, type SessionResult } from "./socket.ts";
import { createTargets, type Targets } from "./target.ts";
import { createTimeline, type Timeline } from "./timeline.ts";
import type { FollowOptions } from "./types.ts";

/** Connections in a row that a follower without a token tries before it gives its ticket up. */
const TICKET_TRIES = 5;
/** A connection that lasted so long was a good one: its end does not count as one more failure. */
const STABLE_MS = 10_000;
/** Follows one task by sockets, and by polls where there is none. */
export class Follower {
  readonly #context: FollowContext;
  readonly #taskId: string;
  readonly #signal: AbortSignal;
  readonly #emit: (event: FollowEvent) => void;
  readonly #stop: () => void;
  readonly #timeline: Timeline;
  readonly #targets: Targets;
  #emitted = 0;
  #state: "connected" | "reconnecting" | "polling" | undefined;
  #fatal: Error | undefined;
  #polling: AbortController | undefined;
  #polls: Promise<void> = Promise.resolve();

  constructor(
    context: FollowContext,
    taskId: string,
    options: FollowOptions,
    signal: AbortSignal,
    emit: (event: FollowEvent) => void,
    stop: () => void,
  ) {
    this.#context = context;
    this.#taskId = taskId;
    this.#signal = signal;
    this.#emit = emit;
    this.#stop = stop;
    this.#timeline = createTimeline(options.after ?? 0);
    this.#targets = createTargets({
      ...context,
      ticket: options.ticket,
      fetchTicket: () => context.fetchTicket(taskId, signal),
    });
  }

  /** Resolves when the task has ended or the signal is aborted; rejects with what makes following impossible. */
  async run(): Promise<void> {
    const { clock, timings, random, pollAfter, http } = this.#context;
    let failures = 0;
    try {
      while (!this.#done()) {
        const before = this.#emitted;
        const result = await this.#connect();
        if (this.#done()) break;
        if (result.planned) continue;
        if (result.answered && (result.lasted >= STABLE_MS || this.#emitted > before)) failures = 0;
        failures += 1;
        this.#tell("reconnecting", result.reason);
        if (http.hasToken) {
          // A browser cannot see why a socket was refused: the HTTP API says it, and tells the news as well.
          if (!result.opened) await this.#poll();
          if (failures >= pollAfter && !this.#done()) this.#startPolling();
        } else if (failures >= TICKET_TRIES) {
          throw new ClientError(`Task ${this.#taskId} cannot be followed any more: ${result.reason}.`, {
            code: "TICKET_REFUSED",
            hint: "Have your backend make a new ticket (POST /tasks/{taskId}/ticket) and follow again with `after`.",
          });
        }
        if (!this.#done())
          await clock.sleep(
            reconnectDelay(failures, timings.reconnectBase, timings.reconnectMax, random),
            this.#signal,
          );
      }
    } catch (error) {
      if (!this.#signal.aborted) this.#fatal ??= toError(error);
    } finally {
      this.#polling?.abort();
      await this.#polls;
    }
    if (this.#fatal !== undefined) throw this.#fatal;
  }

  #done(): boolean {
    return this.#timeline.ended || this.#signal.aborted;
  }

  async #connect(): Promise<SessionResult> {
    const { clock, timings, WebSocket } = this.#context;
    let target;
    try {
      target = await this.#targets.next();
    } catch (error) {
      if (error instanceof ClientError && !isTransient(error)) throw error;
      return {
        opened: false,
        answered: false,
        planned: false,
        reason: error instanceof Error ? error.message : String(error),
        lasted: 0,
      };
    }
    const repair = createRepair(this.#timeline);
    const result = await runSession({
      WebSocket,
      target,
      clock,
      timings,
      signal: this.#signal,
      patience: timings.quiet,
      onOpen: () => this.#targets.opened(),
      question: () => {
        this.#timeline.askedForPast();
        return { action: "subscribe", taskId: this.#taskId, after: this.#timeline.seq };
      },
      onMessage: (message, session) => {
        const before = this.#emitted;
        this.#hear(message, session);
        if (this.#emitted > before) session.news();
        repair(session);
        if (this.#targets.needsRenewal()) session.ask();
      },
    });
    if (this.#fatal !== undefined) throw this.#fatal;
    return result;
  }

  #hear(message: ServerMessage, session: Session): void {
    if (message.type === "pong") return;
    if (message.type === "error") return this.#refused(message, session);
    if (message.taskId !== undefined && message.taskId !== this.#taskId) return;
    this.#tell("connected");
    if (message.type !== "subscribed") return this.#pass(this.#timeline.accept(message));
    this.#polling?.abort();
    this.#polling = undefined;
    if (message.ticket !== undefined) this.#targets.renewed(message.ticket);
    this.#pass(this.#timeline.caughtUp(message.seq ?? this.#timeline.seq, message));
  }

  #refused(message: Extract<ServerMessage, { type: "error" }>, session: Session): void {
    const status = FATAL_CODES.get(message.code);
    if (status !== undefined) this.#fatal = new ClientError(message.message, { status, code: message.code });
    session.end(message.message);
  }

  #pass(events: FollowEvent[]): void {
    for (const event of events) this.#emit(event);
    this.#emitted += events.length;
    if (this.#timeline.ended) this.#stop();
  }

  #tell(state: "connected" | "reconnecting" | "polling", reason?: string): void {
    // While polls do the work, each further try to connect is no news.
    if (this.#state === state || (this.#state === "polling" && state === "reconnecting" && this.#polling)) return;
    this.#state = state;
    this.#emit({ type: "connection", state, ...(reason === undefined ? {} : { reason }) });
  }

  /** @throws ClientError when no further try can help. @returns whether there was news. */
  async #poll(): Promise<boolean> {
    const before = this.#emitted;
    try {
      const past = await this.#context.fetchEvents(this.#taskId, this.#timeline.seq, this.#signal);
      if (this.#done()) return false;
      this.#pass(acceptPast(this.#timeline, past));
    } catch (error) {
      if (!this.#signal.aborted && !isTransient(error)) throw error;
    }
    return this.#emitted > before;
  }

  #startPolling(): void {
    if (this.#polling) return;
    const polling = new AbortController();
    this.#polling = polling;
    this.#tell("polling");
    this.#polls = this.#pollUntil(AbortSignal.any([polling.signal, this.#signal])).catch((error: unknown) => {
      if (polling.signal.aborted || this.#signal.aborted) return;
      this.#fatal = toError(error);
      this.#stop();
    });
  }

  async #pollUntil(signal: AbortSignal): Promise<void> {
    const { clock, timings, random } = this.#context;
    for (let quiet = 0; !signal.aborted;) {
      quiet = (await this.#poll()) ? 0 : quiet + 1;
      await clock.sleep(pollDelay(quiet, timings.pollBase, timings.pollMax, random), signal);
    }
  }
}

const toError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
