import { expect, test } from "vitest";
import { outageSurvival } from "./outage.ts";

const queue = { id: "q", maxReceives: 3, retentionMs: 345_600_000, visibilityMs: 300_000 };
const worker = { timeoutMs: 50_000, timeoutRatio: 0.8, timeScale: 1, backoff: { base: 5, max: 900 } };

test("with back-off: nothing at least, half of the waits on average, all of them at most", () => {
  // Waits of up to 5 s and 10 s before the second and third attempt.
  expect(outageSurvival(queue, worker)).toEqual({
    attempts: 3,
    leastMs: 0,
    typicalMs: 7500,
    mostMs: 15_000,
    hangingMs: 7500 + 2 * 40_000,
    by: "backoff",
  });
});

test("the longest wait is bounded, and more attempts survive longer", () => {
  const { mostMs } = outageSurvival({ ...queue, maxReceives: 12 }, worker);
  // 5, 10, ... 640 s are eight waits, then three of 900 s.
  expect(mostMs).toBe((5 * (2 ** 8 - 1) + 3 * 900) * 1000);
});

test("without back-off the visibility timeout is the wait; without a dead-letter queue only retention ends it", () => {
  const { backoff: _backoff, ...plain } = worker;
  expect(outageSurvival(queue, plain)).toMatchObject({ leastMs: 600_000, mostMs: 600_000, by: "visibility" });
  const { maxReceives: _max, ...endless } = queue;
  expect(outageSurvival(endless, worker)).toMatchObject({ mostMs: 345_600_000, by: "retention" });
});
