import { expect, test } from "vitest";
import type { StoredRecord } from "../store/index.ts";
import { diagnose } from "./diagnose.ts";

const NOW = Date.UTC(2026, 0, 2);
const MINUTE = 60_000;
const ago = (ms: number) => new Date(NOW - ms).toISOString();
const EMPTY = { empty: true, retentionMs: 4 * 86_400_000, visibilityMs: 300_000, deadLetters: 0 };
const BUSY = { ...EMPTY, empty: false };

function record(change: Partial<StoredRecord>): StoredRecord {
  return {
    v: 1,
    task: { taskId: "task-0001", userId: "u", prompt: "p" },
    status: "accepted",
    seq: 1,
    generation: 1,
    attempt: 0,
    acceptedAt: ago(MINUTE),
    updatedAt: ago(MINUTE),
    attempts: [],
    usage: [],
    version: 1,
    fence: 0,
    toldSeq: 0,
    ...change,
  };
}
const lease = (overSince: number) => ({ owner: "r", messageId: "m", until: NOW - overSince });

test.each<[string, Partial<StoredRecord>, typeof EMPTY, ReturnType<typeof diagnose>]>([
  ["just accepted", { updatedAt: ago(1_000) }, BUSY, "fine"],
  ["accepted, never sent", { updatedAt: ago(2 * MINUTE) }, BUSY, "send"],
  ["waiting in the queue", { queuedAt: ago(5 * MINUTE), updatedAt: ago(60 * MINUTE) }, BUSY, "fine"],
  ["sent, and the queue is empty", { queuedAt: ago(60 * MINUTE), updatedAt: ago(60 * MINUTE) }, EMPTY, "dead"],
  ["sent just now, the counts lag", { queuedAt: ago(MINUTE), updatedAt: ago(MINUTE) }, EMPTY, "fine"],
  ["sent, and its message must have expired", { queuedAt: ago(MINUTE), updatedAt: ago(5 * 86_400_000) }, BUSY, "dead"],
  ["running", { status: "running", attempt: 3, lease: lease(-MINUTE) }, EMPTY, "fine"],
  [
    "running past its last lease, which fast time ended before the function",
    { status: "running", attempt: 3, lease: { ...lease(MINUTE), overAt: NOW + MINUTE } },
    BUSY,
    "fine",
  ],
  ["running past its last lease", { status: "running", attempt: 3, lease: lease(MINUTE) }, BUSY, "dead"],
  [
    "running past its lease by a clock's difference",
    { status: "running", attempt: 3, lease: lease(1_000) },
    BUSY,
    "fine",
  ],
  [
    "crashed with attempts left",
    { status: "running", attempt: 1, lease: lease(60 * MINUTE), updatedAt: ago(61 * MINUTE) },
    BUSY,
    "fine",
  ],
  [
    "crashed with attempts left and no message",
    { status: "running", attempt: 1, lease: lease(60 * MINUTE), updatedAt: ago(61 * MINUTE) },
    EMPTY,
    "dead",
  ],
  [
    "due again later",
    { status: "retrying", attempt: 1, retryAt: ago(-MINUTE), updatedAt: ago(60 * MINUTE) },
    EMPTY,
    "fine",
  ],
  [
    "due again long ago",
    { status: "retrying", attempt: 1, retryAt: ago(30 * MINUTE), updatedAt: ago(60 * MINUTE) },
    EMPTY,
    "dead",
  ],
  ["ended and told", { status: "completed", seq: 3, toldSeq: 3 }, EMPTY, "fine"],
  ["ended, being told", { status: "completed", seq: 3, toldSeq: 2, lease: lease(-MINUTE) }, EMPTY, "fine"],
  [
    "ended, never told",
    { status: "completed", seq: 3, toldSeq: 2, lease: lease(5 * MINUTE), updatedAt: ago(5 * MINUTE) },
    EMPTY,
    "tell",
  ],
  [
    "ended, webhook pending",
    {
      status: "cancelled",
      seq: 3,
      toldSeq: 3,
      webhook: { id: "w", status: "pending", tries: 1 },
      updatedAt: ago(5 * MINUTE),
    },
    EMPTY,
    "tell",
  ],
])("%s", (_name, change, queue, expected) => {
  expect(diagnose(record(change), NOW, queue, 3)).toBe(expected);
});
