import { expect, test } from "vitest";
import { createCauses, percentiles } from "./statistics.ts";

test("percentiles are of values that were seen", () => {
  expect(percentiles([])).toBeUndefined();
  expect(percentiles([7])).toEqual({ p50: 7, p95: 7, max: 7 });
  expect(percentiles(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({ p50: 50, p95: 95, max: 100 });
});

test("causes are counted, the most frequent first, with the first example", () => {
  const causes = createCauses();
  causes.add("a", "A", "1");
  causes.add("b", "B", "2");
  causes.add("b", "B again", "3");
  expect(causes.list()).toEqual([
    { cause: "b", message: "B", count: 2, example: "2" },
    { cause: "a", message: "A", count: 1, example: "1" },
  ]);
});
