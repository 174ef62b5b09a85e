import { describe, expect, it } from "vitest";
import { formatSeries, percentile, summarise } from "./stats.ts";

describe("statistics of the benchmarks", () => {
  it("take the nearest rank", () => {
    const values = Array.from({ length: 20 }, (_, index) => 20 - index);
    expect(summarise(values)).toEqual({ runs: 20, median: 10, p95: 19, min: 1, max: 20 });
    expect(percentile([7], 0.95)).toBe(7);
  });

  it("refuse a series that nobody measured", () => {
    expect(() => summarise([])).toThrow(RangeError);
  });

  it("are printed with their spread", () => {
    expect(formatSeries({ median: 12_345.67, min: 0.5, max: 20_000 }, 1)).toBe("12,345.7 (0.5-20,000.0)");
  });
});
