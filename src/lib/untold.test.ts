import { expect, test } from "vitest";
import type { TokenEvent } from "../contract/event.ts";
import type { FollowEvent } from "../contract/ports.ts";
import { createUntold } from "./untold.ts";

const token = (attempt: number, offset: number, delta: string): TokenEvent => ({
  type: "token",
  taskId: "t",
  generation: 1,
  attempt,
  offset,
  delta,
});
const accepted = (seq: number): FollowEvent => ({
  v: 1,
  taskId: "t",
  seq,
  at: "2026-11-28T00:00:00.000Z",
  type: "accepted",
  generation: 1,
  attempt: 0,
});

test("of what a second follower hears only the new is told", () => {
  const untold = createUntold(0);
  const told = [
    accepted(1),
    token(1, 0, "Hello"),
    token(1, 5, ", "),
    accepted(1),
    token(1, 0, "Hello, wor"),
    token(1, 10, "ld"),
    token(2, 0, "He"),
    accepted(2),
  ].map((event) => untold.of(event));
  expect(told.filter((event) => event !== undefined)).toEqual([
    accepted(1),
    token(1, 0, "Hello"),
    token(1, 5, ", "),
    token(1, 7, "wor"),
    token(1, 10, "ld"),
    token(2, 0, "He"),
    accepted(2),
  ]);
  expect(untold.seq).toBe(2);
});
