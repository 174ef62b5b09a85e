import fc from "fast-check";
import type { NewTaskEvent, TaskEvent } from "../../contract/event.ts";
import type { Mishap, Step } from "./chaos-server.ts";

export const TASK = "task-0001";
const ERROR = { name: "RateLimitError", message: "429", fingerprint: "0123456789ab", permanent: false };

export interface Story {
  steps: Step[];
  /** Text of each attempt. */
  texts: string[];
}

/** A task's story: attempts that stream and fail, then one that ends it. */
export function story(attempts: string[][], end: "completed" | "deadlettered"): Story {
  const steps: Step[] = [];
  let seq = 0;
  const add = (event: NewTaskEvent) => {
    seq += 1;
    const base = { v: 1 as const, taskId: TASK, seq, at: new Date(Date.UTC(2026, 0, 1) + seq).toISOString() };
    const full: TaskEvent = { ...event, ...base };
    steps.push({ event: full });
  };
  add({ type: "accepted", generation: 1, attempt: 0 });
  const texts = attempts.map((deltas, index) => {
    const at = { generation: 1, attempt: index + 1 };
    add({ ...at, type: "started", requestId: "r", messageId: "m", queueWaitMs: 1 });
    let text = "";
    for (const delta of deltas) {
      steps.push({ token: { ...at, type: "token", taskId: TASK, offset: text.length, delta } });
      text += delta;
    }
    const last = index === attempts.length - 1;
    if (!last || end === "deadlettered") add({ ...at, type: "failed", error: ERROR, final: last, durationMs: 1 });
    if (last && end === "deadlettered")
      add({ ...at, type: "deadlettered", reason: "attempts-exhausted", error: ERROR });
    if (last && end === "completed") {
      add({
        ...at,
        type: "completed",
        durationMs: 1,
        usage: [],
        result: { text },
        ...(text ? { textLength: text.length } : {}),
      });
    }
    return text;
  });
  return { steps, texts };
}

const delta = fc.oneof(fc.string({ minLength: 1, maxLength: 6 }), fc.constantFrom("π≈3.14", "😀", "\n"));

export const storyArbitrary: fc.Arbitrary<Story> = fc
  .tuple(
    fc.array(fc.array(delta, { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
    fc.constantFrom<("completed" | "deadlettered")[]>("completed", "deadlettered"),
  )
  .map(([attempts, end]) => story(attempts, end));

export const mishapsArbitrary: fc.Arbitrary<Mishap[]> = fc.array(
  fc.constantFrom<Mishap[]>("none", "none", "none", "twice", "lost", "late", "cut", "cut-after"),
  { maxLength: 40 },
);
