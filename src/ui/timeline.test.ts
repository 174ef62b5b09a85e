import { expect, test } from "vitest";
import { START_FAILED, type DeadletteredEvent } from "../contract/event.ts";
import { describeEvent } from "./timeline.ts";

const error = (code?: string) => ({
  name: "RangeError",
  message: "the index has 0 dimensions",
  fingerprint: "0",
  permanent: false,
  ...(code === undefined ? {} : { code }),
});
const dead = (more: Partial<DeadletteredEvent>): DeadletteredEvent => ({
  v: 1,
  taskId: "task-0001",
  seq: 2,
  at: "2026-11-28T12:00:00.000Z",
  generation: 1,
  attempt: 0,
  type: "deadlettered",
  reason: "died",
  ...more,
});

test("of a retry it is told how long it takes yet, and of one that is over how long it was to take", () => {
  const failed = {
    ...dead({}),
    type: "failed",
    attempt: 1,
    final: false,
    durationMs: 10,
    error: error(),
    retryAt: "2026-11-28T12:00:08.000Z",
  } as const;
  const at = Date.parse(failed.at);
  expect(describeEvent(failed, undefined, at + 5_000).text).toContain("next attempt in 3.0 s");
  expect(describeEvent(failed, undefined, at + 3_600_000).text).toContain("next attempt in 8.0 s");
});

test.each<[Partial<DeadletteredEvent>, string]>([
  [{ reason: "never-ran" }, "no attempt ever ran"],
  [{ reason: "never-ran", error: error(START_FAILED) }, "no attempt ever ran: RangeError the index has 0 dimensions"],
  [{ attempt: 1, error: error(START_FAILED) }, "no further attempt could begin: RangeError the index has 0 dimensions"],
  // What its last attempt has told already.
  [{ attempt: 3, error: error() }, "the last attempt died without a word"],
  [{ attempt: 3, reason: "attempts-exhausted", error: error() }, "every attempt failed"],
])("the end of a task is told with what nobody has told before: %j", (more, text) => {
  expect(describeEvent(dead(more)).text).toBe(`dead-lettered: ${text}`);
});
