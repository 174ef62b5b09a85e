import type { Message } from "./message.ts";
import type { Queue } from "./queue.ts";
import type { Timed } from "./timer.ts";

export type MoveTaskStatus = "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";

/** A move task as it is stored and listed. */
export interface MoveTaskState {
  id: string;
  sourceArn: string;
  destinationArn?: string | undefined;
  /** Messages a second; absent for as fast as it goes. */
  rate?: number | undefined;
  status: MoveTaskStatus;
  moved: number;
  toMove: number;
  failureReason?: string | undefined;
  /** Epoch milliseconds. */
  startedAt: number;
}

export interface MoveTaskHost {
  readonly speed: number;
  queueByArn(arn: string): Queue | undefined;
  schedule(task: Timed, due: number): void;
  cancel(task: Timed): void;
  /** Puts a copy, as a new message, into the destination and takes the message out of its queue. */
  redrive(message: Message, destination: Queue): void;
  save(state: MoveTaskState): void;
}

/** Messages in one go at full speed; in between, others get their turn. */
const CHUNK = 200;
/** A paced task wakes no oftener than this, and then moves all that is due. */
const SHORTEST_STEP_MS = 10;
const NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue";
/** A message that was sent straight to the dead-letter queue names no source to go back to. */
const NO_SOURCE = "CouldNotDetermineMessageSource";

/** Moves as many messages as were there at its start, in order of delivery, out of a dead-letter queue. */
export class MoveTask implements Timed {
  readonly state: MoveTaskState;
  readonly #host: MoveTaskHost;
  // The pace counts from here, so that a task resumed after a restart does not rush to make up for the time between.
  readonly #paceStart: number;
  #paced = 0;
  due = 0;
  slot = -1;

  constructor(host: MoveTaskHost, state: MoveTaskState, now: number) {
    this.#host = host;
    this.state = state;
    this.#paceStart = now;
  }

  /** Starts or resumes; the first messages move in a later turn. */
  start(now: number): void {
    this.#host.save(this.state);
    this.#host.schedule(this, this.#nextStep(now));
  }

  cancel(): void {
    this.#host.cancel(this);
    this.#end("CANCELLED");
  }

  fire(now: number): void {
    const { state } = this;
    const source = this.#host.queueByArn(state.sourceArn);
    if (!source) return this.#end("FAILED", NO_QUEUE);
    const quota = Math.min(state.toMove - state.moved, this.#allowance(now));
    if (quota > 0) {
      const before = state.moved;
      const failure = this.#move(source, quota);
      this.#paced += state.moved - before;
      if (failure) return this.#end("FAILED", failure);
      // What is left is in flight elsewhere or gone: the task does not wait for it.
      if (state.moved === before) return this.#end("COMPLETED");
    }
    if (state.moved >= state.toMove) return this.#end("COMPLETED");
    this.#host.save(state);
    this.#host.schedule(this, this.#nextStep(now));
  }

  /** @returns why the task must end, or undefined. */
  #move(source: Queue, quota: number): string | undefined {
    let failure: string | undefined;
    source.takeForMove(quota, (message) => {
      const arn = this.state.destinationArn ?? message.deadLetterSource;
      const destination = arn === undefined ? undefined : this.#host.queueByArn(arn);
      if (!destination) {
        failure = arn === undefined ? NO_SOURCE : NO_QUEUE;
        return "stop";
      }
      this.#host.redrive(message, destination);
      this.state.moved += 1;
      return "taken";
    });
    return failure;
  }

  #allowance(now: number): number {
    const { rate } = this.state;
    if (rate === undefined) return CHUNK;
    const seconds = ((now - this.#paceStart) * this.#host.speed) / 1000;
    return Math.floor(seconds * rate + 1e-6) - this.#paced;
  }

  #nextStep(now: number): number {
    const { rate } = this.state;
    if (rate === undefined) return now + 1;
    const nextMessage = this.#paceStart + ((this.#paced + 1) * 1000) / (rate * this.#host.speed);
    return Math.max(Math.ceil(nextMessage), now + SHORTEST_STEP_MS);
  }

  #end(status: MoveTaskStatus, failureReason?: string): void {
    this.state.status = status;
    this.state.failureReason = failureReason;
    this.#host.save(this.state);
  }
}
