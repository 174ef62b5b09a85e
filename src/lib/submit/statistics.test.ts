import { expect, test } from "vitest";
import { createCauses, percentiles } from "./statistics.ts";

test("percentiles are of values that were seen", () => {
  expect(percentiles([])).toBeUndefined();
  expect(percentiles([7])).toEqual({ p50: 7, p95: 7, max: 7 });
  expect(percentiles(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({ p50: 50, p95: 95, max: 100 });
});

test("causes are counted, the most frequent first, with the first example and every line", () => {
  const causes = createCauses();
  causes.add("TASK_TOO_LARGE", "The task is 300,012 bytes; the queue takes 262,144.", "line 9", 9);
  causes.add("NO_PROMPT", "no prompt", "line 2", 2);
  causes.add("TASK_TOO_LARGE", "The task is 4,000,012 bytes; the queue takes 262,144.", "line 3", 3);
  causes.add("UNKNOWN_FIELD", 'unknown field "a"', "line 5", 5);
  causes.add("UNKNOWN_FIELD", 'unknown field "b"', "line 4", 4);
  expect(causes.list()).toEqual([
    {
      cause: "TASK_TOO_LARGE",
      message: "The task is 300,012 bytes; the queue takes 262,144.",
      count: 2,
      example: "line 9",
      lines: [3, 9],
    },
    { cause: "NO_PROMPT", message: "no prompt", count: 1, example: "line 2", lines: [2] },
    { cause: "UNKNOWN_FIELD", message: 'unknown field "b"', count: 1, example: "line 4", lines: [4] },
    { cause: "UNKNOWN_FIELD", message: 'unknown field "a"', count: 1, example: "line 5", lines: [5] },
  ]);
});

test("a cause of very many lines names the first hundred", () => {
  const causes = createCauses();
  for (let line = 1; line <= 250; line++) causes.add("NOT_JSON", "not JSON", `line ${line}`, line);
  const [cause] = causes.list();
  expect(cause).toMatchObject({ count: 250, example: "line 1" });
  expect(cause?.lines).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});
