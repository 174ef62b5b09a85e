import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";
import { SqsEngine } from "./engine.ts";
import { md5 } from "./md5.ts";
import type { Delivery } from "./message.ts";
import { ensureQueue } from "./provision.ts";
import type { Queue } from "./queue.ts";
import { memoryStore } from "./store.ts";

/** A clock that only its owner moves; the engine's timer is run by hand after each step. */
class StepClock extends ManualClock {
  #now = 1_700_000_000_000;
  override now(): number {
    return this.#now;
  }
  override sleep(): Promise<void> {
    return new Promise(() => {});
  }
  step(ms: number): void {
    this.#now += ms;
  }
}

type Step =
  | { do: "send"; group: number; delay: number }
  | { do: "receive"; max: number; visibility: number }
  | { do: "delete" | "release"; pick: number }
  | { do: "extend"; pick: number; seconds: number }
  | { do: "wait"; ms: number }
  | { do: "redrive"; rate: number | undefined };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("send"), group: fc.nat(2), delay: fc.constantFrom(0, 0, 1, 3) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("receive"),
      max: fc.integer({ min: 1, max: 10 }),
      visibility: fc.constantFrom(0, 1, 2, 5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("delete", "release"), pick: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("extend"), pick: fc.nat(), seconds: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.integer({ min: 1, max: 4000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("redrive"), rate: fc.constantFrom(undefined, 1, 500) }) },
);
const steps = fc.array(step, { minLength: 1, maxLength: 80 });

/** Drives a queue with its dead-letter queue and keeps its own account of what must be true of them. */
class Rig {
  readonly clock = new StepClock();
  readonly engine: SqsEngine;
  readonly queue: Queue;
  readonly dlq: Queue;
  readonly fifo: boolean;
  readonly duplicates: boolean;
  /** Bodies, which are unique and ascending, of what must still be somewhere. */
  readonly alive = new Set<number>();
  readonly delayed = new Map<number, number>();
  readonly hidden = new Map<number, number>();
  readonly groupOf = new Map<number, number>();
  readonly handles: { body: number; handle: string; queue: Queue }[] = [];
  #sent = 0;

  constructor(fifo: boolean, duplicates = false) {
    this.fifo = fifo;
    this.duplicates = duplicates;
    let asked = 0;
    const duplicateDelivery = () => duplicates && (asked += 1) % 3 === 0;
    const context = { clock: this.clock, speed: 1, region: "r", accountId: "000000000000" };
    this.engine = new SqsEngine({ ...context, region: "us-east-1" }, memoryStore, { faults: { duplicateDelivery } });
    const type: Record<string, string> = fifo ? { FifoQueue: "true" } : {};
    const suffix = fifo ? ".fifo" : "";
    this.dlq = ensureQueue(this.engine, `dlq${suffix}`, type);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: this.dlq.arn, maxReceiveCount: 3 });
    this.queue = ensureQueue(this.engine, `q${suffix}`, { ...type, RedrivePolicy });
  }

  run(action: Step): void {
    if (action.do === "send") this.#send(action.group, action.delay);
    else if (action.do === "receive") this.#receive(this.queue, action.max, action.visibility);
    else if (action.do === "wait") this.clock.step(action.ms);
    else if (action.do === "redrive") this.#redrive(action.rate);
    else this.#use(action);
    this.engine.timer.run();
    this.check();
  }

  #send(group: number, delay: number): void {
    const body = (this.#sent += 1);
    const groupId = `g${group}`;
    const content = { body: String(body), bodyMd5: md5(String(body)), senderId: "s", groupId };
    this.engine.send(this.queue, this.fifo ? { ...content, dedupId: String(body) } : content, this.fifo ? 0 : delay);
    this.alive.add(body);
    this.groupOf.set(body, group);
    if (delay > 0 && !this.fifo) this.delayed.set(body, this.clock.now() + delay * 1000);
  }

  #receive(queue: Queue, max: number, visibility: number): Delivery[] {
    const now = this.clock.now();
    const deliveries = queue.receive(max, visibility);
    expect(deliveries.length).toBeLessThanOrEqual(max);
    const seen = new Set<number>();
    const groups = new Map<number, number>();
    for (const { message, receiptHandle } of deliveries) {
      const body = Number(message.content.body);
      expect(this.alive.has(body), "delivered after it was deleted").toBe(true);
      expect(seen.has(body), "twice in one receive").toBe(false);
      seen.add(body);
      expect(this.hidden.get(body) ?? 0, "delivered inside its visibility timeout").toBeLessThanOrEqual(now);
      expect(this.delayed.get(body) ?? 0, "delivered inside its delay").toBeLessThanOrEqual(now);
      const group = this.groupOf.get(body) ?? -1;
      if (this.fifo && queue === this.queue) {
        expect(this.#blocked(group, body, seen), "delivered before one of its group in flight").toBe(false);
        expect(groups.get(group) ?? 0, "out of order in one receive").toBeLessThan(body);
        groups.set(group, body);
      }
      this.handles.push({ body, handle: receiptHandle, queue });
    }
    for (const body of seen) this.hidden.set(body, now + visibility * 1000);
    if (this.duplicates) for (const body of seen) if (this.#stateOf(body) === "visible") this.hidden.delete(body);
    return deliveries;
  }

  #stateOf(body: number): string | undefined {
    for (const queue of [this.queue, this.dlq]) {
      for (const message of queue.messages.values()) if (message.content.body === String(body)) return message.state;
    }
    return undefined;
  }

  #blocked(group: number, body: number, except: Set<number>): boolean {
    return [...this.queue.messages.values()].some(
      ({ content, state }) =>
        state === "inFlight" &&
        Number(content.body) < body &&
        !except.has(Number(content.body)) &&
        this.groupOf.get(Number(content.body)) === group &&
        (this.hidden.get(Number(content.body)) ?? 0) > this.clock.now(),
    );
  }

  #use(action: Exclude<Step, { do: "send" | "receive" | "wait" | "redrive" }>): void {
    const index = action.pick % Math.max(1, this.handles.length);
    const entry = this.handles[index];
    if (!entry) return;
    const before = entry.queue.messages.size;
    try {
      if (action.do === "delete") {
        this.engine.deleteMessage(entry.queue, entry.handle);
        // A stale handle succeeds without deleting, and the account must show which it was.
        if (entry.queue.messages.size < before) this.alive.delete(entry.body);
      } else {
        const seconds = action.do === "extend" ? action.seconds : 0;
        const wasInFlight = this.#stateOf(entry.body) === "inFlight";
        this.engine.changeVisibility(entry.queue, entry.handle, seconds);
        if (wasInFlight) this.hidden.set(entry.body, this.clock.now() + seconds * 1000);
      }
    } catch (error) {
      expect(error).toMatchObject({ status: 400 });
    }
  }

  #redrive(rate: number | undefined): void {
    if (this.engine.tasks.list(this.dlq.arn)[0]?.state.status === "RUNNING") return;
    this.engine.tasks.start(this.dlq, this.queue, rate, this.clock.now());
  }

  check(): void {
    const now = this.clock.now();
    for (const queue of [this.queue, this.dlq]) {
      const states = [...queue.messages.values()].map(({ state }) => state);
      const count = (state: string) => states.filter((value) => value === state).length;
      expect([queue.visible, queue.inFlight, queue.delayed]).toEqual([
        count("visible"),
        count("inFlight"),
        count("delayed"),
      ]);
    }
    const bodies = [this.queue, this.dlq].flatMap((queue) =>
      [...queue.messages.values()].map(({ content }) => Number(content.body)),
    );
    expect(
      bodies.sort((a, b) => a - b),
      "lost or doubled",
    ).toEqual([...this.alive].sort((a, b) => a - b));
    const pending = (deadlines: Map<number, number>) =>
      [...deadlines].filter(([body, at]) => this.alive.has(body) && at > now).length;
    expect(this.queue.delayed).toBe(pending(this.delayed));
    expect(this.queue.inFlight + this.dlq.inFlight).toBe(pending(this.hidden));
  }

  /** Waits all timeouts out and takes everything from both queues. */
  drain(): number[] {
    const found: number[] = [];
    for (let round = 0; round < 200 && found.length < this.alive.size; round += 1) {
      this.clock.step(10_000);
      this.engine.timer.run();
      for (const queue of [this.queue, this.dlq]) {
        for (const { message, receiptHandle } of queue.receive(10, 9)) {
          if (message.serial === 1 || message.state !== "gone") this.engine.deleteMessage(queue, receiptHandle);
          if (message.state === "gone") found.push(Number(message.content.body));
        }
      }
    }
    return found.sort((a, b) => a - b);
  }
}

const everything = (rig: Rig) => [...rig.alive].sort((a, b) => a - b);

describe.each([
  ["a standard queue", false, false],
  ["a FIFO queue", true, false],
  ["a standard queue with duplicate deliveries", false, true],
])("%s with a dead-letter queue and move tasks", (_what, fifo, duplicates) => {
  it("loses nothing, delivers nothing inside its timeout, keeps order, and counts truly", () => {
    fc.assert(
      fc.property(steps, (actions) => {
        const rig = new Rig(fifo, duplicates);
        for (const action of actions) rig.run(action);
        const expected = everything(rig);
        expect(rig.drain()).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
