import { expect, test } from "vitest";
import { timeToDrain } from "./drain.ts";

const MINUTE = 60_000;
const consumers = [{ function: "worker" as const, state: "Enabled", batchSize: 1 }];
const tasks = (accepted: number, completed: number, until = MINUTE) => ({
  read: accepted,
  complete: true,
  since: 0,
  until,
  accepted,
  completed,
  deadlettered: 0,
  cancelled: 0,
  duration: { p50: 0, p95: 0, of: 0 },
  queueWait: { p50: 0, p95: 0, of: 0 },
  failures: [],
  usage: [],
});
const queue = (visible: number, inFlight = 0) => ({ name: "q", visible, inFlight, delayed: 0 });

test("a backlog drains by how much faster tasks end than arrive", () => {
  expect(timeToDrain(queue(30), consumers, tasks(50, 100, 10 * MINUTE))).toEqual({
    state: "draining",
    backlog: 30,
    arriving: 5,
    leaving: 10,
    ms: 6 * MINUTE,
  });
});

test("it grows, stands still, is empty or cannot be known", () => {
  expect(timeToDrain(queue(30), consumers, tasks(100, 50, 10 * MINUTE))).toMatchObject({ state: "growing" });
  const stopped = [{ function: "worker" as const, state: "Disabled", batchSize: 1 }];
  expect(timeToDrain(queue(30), stopped, tasks(1, 1))).toEqual({ state: "stopped", backlog: 30 });
  expect(timeToDrain(queue(0), consumers, tasks(1, 1))).toEqual({ state: "empty", backlog: 0 });
  expect(timeToDrain(queue(0, 2), consumers, tasks(1, 1))).toEqual({ state: "working", backlog: 2 });
  expect(timeToDrain(queue(3), consumers, tasks(3, 0))).toHaveProperty("unknown");
  expect(timeToDrain({ unknown: "no permission" }, consumers, tasks(1, 1))).toEqual({
    unknown: "no permission",
  });
});
