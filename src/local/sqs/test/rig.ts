import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import type { Clock } from "../../../contract/clock.ts";
import { SqsEngine } from "../engine.ts";
import { md5 } from "../md5.ts";
import { ensureQueue } from "../provision.ts";
import type { Queue } from "../queue.ts";
import { restore } from "../restore.ts";
import { SqliteStore } from "../sqlite-store.ts";
import { memoryStore } from "../store.ts";
import { Model, type Place } from "./model.ts";
import type { Step } from "./steps.ts";

export interface RigOptions {
  fifo: boolean;
  /** Every third delivery of a standard queue leaves its message visible. */
  duplicates: boolean;
  store: "memory" | "sqlite";
}

/** Handles that a step may choose from. */
const RECENT = 12;

/** Time that only its owner moves: the engine's timer is run by hand after each step. */
class StepClock implements Clock {
  #now = 1_700_000_000_000;
  now(): number {
    return this.#now;
  }
  sleep(): Promise<void> {
    return new Promise(() => {});
  }
  step(ms: number): void {
    this.#now += ms;
  }
}

/** Does each step to an engine and to the model, and compares the two. */
export class Rig implements Disposable {
  readonly #clock = new StepClock();
  readonly #options: RigOptions;
  readonly #model: Model;
  readonly #suffix: string;
  readonly #dir: string | undefined;
  readonly #handles: { place: Place; handle: string }[] = [];
  #database: DatabaseSync | undefined;
  #engine: SqsEngine;
  #sent = 0;
  #deliveries = 0;

  constructor(options: RigOptions) {
    this.#options = options;
    this.#model = new Model(options.fifo);
    this.#suffix = options.fifo ? ".fifo" : "";
    this.#dir = options.store === "sqlite" ? mkdtempSync(join(tmpdir(), "sqs-model-")) : undefined;
    this.#engine = this.#start();
    const attributes = { MessageRetentionPeriod: "600", ...(options.fifo ? { FifoQueue: "true" } : {}) };
    const dead = ensureQueue(this.#engine, `dead${this.#suffix}`, attributes);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
    ensureQueue(this.#engine, `queue${this.#suffix}`, { ...attributes, RedrivePolicy });
  }

  async run(step: Step): Promise<void> {
    // What was answered is kept, whatever comes: a kill in this step must lose none of it.
    await this.#engine.store.committed();
    this.#do(step);
    this.#settle();
    this.#compare();
  }

  /** Waits until every timeout is over and takes everything out. @returns whether both queues are empty then. */
  async drain(): Promise<boolean> {
    for (let round = 0; round < 40 && this.#model.bodies().length > 0; round += 1) {
      for (const place of ["queue", "dead"] as const) {
        await this.run({ do: "receive", place, max: 10, visibility: 30 });
        for (let last = 0; last < 10; last += 1) await this.run({ do: "delete", pick: last });
      }
      await this.run({ do: "wait", ms: 4000 });
    }
    await this.run({ do: "wait", ms: 4000 });
    for (const { state } of this.#engine.tasks.list(this.#queue("dead").arn)) expect(state.status).toBe("COMPLETED");
    return this.#model.bodies().length === 0;
  }

  [Symbol.dispose](): void {
    this.#engine.close();
    if (this.#dir) rmSync(this.#dir, { recursive: true });
  }

  #start(): SqsEngine {
    const context = { clock: this.#clock, speed: 1, region: "us-east-1", accountId: "000000000000" };
    const duplicateDelivery = () => this.#options.duplicates && (this.#deliveries += 1) % 3 === 0;
    const faults = { duplicateDelivery };
    if (!this.#dir) return new SqsEngine(context, memoryStore, { faults });
    const database = new DatabaseSync(join(this.#dir, "sqs.db"));
    // Killed processes are what is tried here, not power cuts: the disk need not hear of it.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;");
    const store = new SqliteStore(database, (error) => expect.unreachable(String(error)));
    const engine = new SqsEngine(context, store, { faults });
    restore(database, engine);
    this.#database = database;
    return engine;
  }

  #queue(place: Place): Queue {
    const queue = this.#engine.queues.get(place + this.#suffix);
    if (!queue) throw new Error(`The queue ${place} is lost.`);
    return queue;
  }

  #do(step: Step): void {
    const now = this.#clock.now();
    switch (step.do) {
      case "send":
        return this.#send(step);
      case "receive":
        return this.#receive(step);
      case "delete":
        return this.#use(step.pick, (queue, handle) => {
          const taken = this.#model.deleted(handle, now);
          return [taken, () => this.#engine.deleteMessage(queue, handle)];
        });
      case "change":
        return this.#use(step.pick, (queue, handle) => {
          const taken = this.#model.visibilityChanged(handle, step.seconds, now);
          return [taken, () => this.#engine.changeVisibility(queue, handle, step.seconds)];
        });
      case "wait":
        return this.#clock.step(step.ms);
      case "redrive": {
        const dead = this.#queue("dead");
        if (this.#engine.tasks.list(dead.arn)[0]?.state.status !== "RUNNING")
          this.#engine.tasks.start(dead, this.#queue("queue"), step.rate, now);
        return;
      }
      case "purge":
        this.#model.purged(step.place);
        return this.#queue(step.place).clear();
      case "restart":
        if (!this.#database) return;
        // A killed process writes nothing more, and closes nothing.
        if (step.killed) this.#database.close();
        else this.#engine.close();
        this.#engine = this.#start();
    }
  }

  #send({ group, delay, dedup }: Extract<Step, { do: "send" }>): void {
    const { fifo } = this.#options;
    const now = this.#clock.now();
    const body = (this.#sent += 1);
    const content = { body: String(body), bodyMd5: md5(String(body)), senderId: "s", groupId: `g${group}` };
    const dedupId = fifo ? (dedup === undefined ? `own-${body}` : `shared-${dedup}`) : undefined;
    const earlier = this.#model.duplicateOf(dedupId, now);
    const wait = fifo ? 0 : delay;
    const sent = this.#engine.send(this.#queue("queue"), dedupId ? { ...content, dedupId } : content, wait);
    if (earlier !== undefined) return expect(sent.messageId).toBe(earlier);
    const more = dedupId === undefined ? {} : { dedupId };
    this.#model.sent(body, { group, delay: wait, messageId: sent.messageId, now, ...more });
  }

  #receive({ place, max, visibility }: Extract<Step, { do: "receive" }>): void {
    const before = new Set(this.#bodies("dead"));
    const delivered = this.#deliveries;
    const deliveries = this.#queue(place).receive(max, visibility);
    const found = deliveries.map(({ message, receiptHandle: handle, receiveCount }, index) => {
      this.#handles.push({ place, handle });
      const again = this.#options.duplicates && visibility > 0 && (delivered + index + 1) % 3 === 0;
      return { body: Number(message.content.body), handle, receiveCount, again };
    });
    const moved = place === "queue" ? this.#bodies("dead").filter((body) => !before.has(body)) : [];
    this.#model.received(place, max, visibility, this.#clock.now(), found, moved);
  }

  #use(pick: number, ask: (queue: Queue, handle: string) => [taken: boolean, call: () => void]): void {
    // Of the last few: older ones are mostly stale, and a stale one does nothing.
    const entry = this.#handles.at(-1 - (pick % RECENT));
    if (!entry) return;
    const [taken, call] = ask(this.#queue(entry.place), entry.handle);
    if (taken) return call();
    expect(call).toThrow(expect.objectContaining({ status: 400 }));
  }

  /** Lets happen what is due, and tells the model what a move task took back: which, only the engine knows. */
  #settle(): void {
    const now = this.#clock.now();
    const before = new Set(this.#bodies("dead"));
    this.#engine.timer.run(now);
    const still = new Set(this.#bodies("dead"));
    const queued = new Set(this.#bodies("queue"));
    // A task that was due before a message's end came first, however late both are.
    this.#model.redriven(
      [...before].filter((body) => !still.has(body) && queued.has(body)),
      now,
    );
    this.#model.passed(now);
  }

  #compare(): void {
    const now = this.#clock.now();
    for (const place of ["queue", "dead"] as const) {
      const { visible, inFlight, delayed, oldest } = this.#queue(place);
      expect({ visible, inFlight, delayed, oldest }, place).toEqual(this.#model.counts(place, now));
      expect(this.#bodies(place), `${place}: lost or doubled`).toEqual(this.#model.bodies(place));
    }
  }

  #bodies(place: Place): number[] {
    const messages = [...this.#queue(place).messages.values()];
    return messages.map(({ content }) => Number(content.body)).sort((a, b) => a - b);
  }
}
