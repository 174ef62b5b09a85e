import { expect, test } from "vitest";
import { advance, newRecord, type Changes } from "../store/transition.ts";
import { createDeadMessageLooks, mayBeDead } from "./dead-message-looks.ts";

const MINUTE = 60_000;
const now = Date.parse("2026-11-28T12:00:00.000Z");
const queue = { empty: false, retentionMs: Infinity, visibilityMs: 5 * MINUTE, deadLetters: 3 };
const settings = { maxAttempts: 3, timeScale: 1 };
const ago = (ms: number) => new Date(now - ms).toISOString();
const record = (set: Changes["set"], minutes: number) =>
  advance(
    newRecord({ taskId: "task-0001", userId: "u", prompt: "p" }, ago(0)),
    ago(minutes * MINUTE),
    set ? { set } : {},
  ).record;

test.each([
  ["that was never received, before three receives", record({}, 14), false],
  ["that was never received, after them", record({}, 15), true],
  ["with two attempts made, before one receive more", record({ status: "retrying", attempt: 2 }, 4), false],
  ["with two attempts made, after it", record({ status: "retrying", attempt: 2 }, 5), true],
  ["whose next attempt is due", record({ status: "retrying", attempt: 2, retryAt: ago(4 * MINUTE) }, 60), false],
  ["at work", record({ lease: { owner: "r", messageId: "m", until: now + 1 } }, 60), false],
  [
    "at work as fast time does not see",
    record({ lease: { owner: "r", messageId: "m", until: 0, overAt: now + 1 } }, 60),
    false,
  ],
  ["that has ended", record({ status: "completed" }, 60), false],
  ["that has ended and is to live again", record({ status: "completed", replayKind: "retry" }, 60), true],
])("a task %s may lie in the dead-letter queue: %s", (_title, task, may) => {
  expect(mayBeDead(task, now, queue, settings)).toBe(may);
});

test("fast time brings it there sooner", () => {
  expect(mayBeDead(record({}, 1), now, queue, { ...settings, timeScale: 15 })).toBe(true);
});

test("the queue is looked at when there is somebody to look for, and again when it has changed or some time has passed", () => {
  const looks = createDeadMessageLooks();
  const due = (deadLetters: number, suspects: boolean, minutes: number) =>
    looks.isDue({ ...queue, deadLetters }, suspects, now + minutes * MINUTE);
  expect([due(3, false, 0), due(0, true, 0), due(3, true, 0)]).toEqual([false, false, true]);
  expect([due(3, true, 1), due(4, true, 2), due(4, true, 3), due(4, true, 13)]).toEqual([false, true, false, true]);
  // Emptied and filled again: others lie there.
  expect([due(0, true, 14), due(4, true, 15)]).toEqual([false, true]);
});
