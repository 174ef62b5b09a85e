import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bucket } from "./bucket.ts";
import { parseStatistic } from "./statistics.ts";

const statistic = (name: string, bucket: Bucket) => {
  const parsed = parseStatistic(name);
  if (!parsed || parsed === "elsewhere") throw new Error(`${name} is no statistic here.`);
  return parsed.of(bucket);
};
const bucketOf = (values: readonly number[]) => {
  const bucket = new Bucket();
  for (const value of values) bucket.add(value);
  return bucket;
};

/** The textbook's: over the whole sorted list. */
function reference(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (percent / 100) * (sorted.length - 1);
  const [low = 0, high = 0] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low + (high - low) * (rank - Math.floor(rank));
}

const samples = fc.array(fc.nat(500), { minLength: 1, maxLength: 300 });
const percent = fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10);

describe("percentiles", () => {
  it("agree with a reference computation, however the samples were gathered", () => {
    fc.assert(
      fc.property(samples, percent, fc.nat(300), (values, p, cut) => {
        const merged = bucketOf(values.slice(0, cut));
        merged.merge(bucketOf(values.slice(cut)));
        const expected = reference(values, p);
        for (const bucket of [bucketOf(values), merged]) expect(statistic(`p${p}`, bucket)).toBeCloseTo(expected, 9);
      }),
    );
  });

  it("survive being written and read", () => {
    fc.assert(
      fc.property(samples, percent, (values, p) => {
        const { count, sum, min, max, opaque } = bucketOf(values);
        const row = { count, sum, min, max, opaque, values: bucketOf(values).encode() };
        const again = Bucket.decode(row);
        again.add(7);
        expect(statistic(`p${p}`, again)).toBeCloseTo(reference([...values, 7], p), 9);
        expect(again.sum).toBe(sum + 7);
      }),
    );
  });

  it("stay within half a percent when there are too many values to keep, and the bucket stays small", () => {
    const values = Array.from({ length: 50_000 }, (_, index) => 1 + ((index * 7919) % 50_000) / 37);
    const bucket = bucketOf(values);
    expect(bucket.values().size).toBeLessThanOrEqual(4000);
    for (const p of [1, 50, 90, 99, 99.9]) {
      const expected = reference(values, p);
      expect(Math.abs((statistic(`p${p}`, bucket) ?? 0) / expected - 1)).toBeLessThan(0.006);
    }
    expect(statistic("Maximum", bucket)).toBe(Math.max(...values));
    expect(statistic("SampleCount", bucket)).toBe(50_000);
  });
});

it("a trimmed mean leaves out the highest", () => {
  fc.assert(
    fc.property(samples, (values) => {
      const twice = [...values, ...values];
      const lowest = twice.toSorted((a, b) => a - b).slice(0, values.length);
      const expected = lowest.reduce((sum, value) => sum + value, 0) / lowest.length;
      expect(statistic("tm50", bucketOf(twice))).toBeCloseTo(expected, 9);
    }),
  );
});

it("a statistic set hides single values for good, a later merge included", () => {
  const bucket = bucketOf([1, 1]);
  bucket.addSet({ count: 2, sum: 10, min: 4, max: 6 });
  expect(statistic("p50", bucket)).toBeUndefined();
  const merged = bucketOf([5]);
  merged.merge(bucket);
  expect([statistic("p50", merged), statistic("Sum", merged), statistic("SampleCount", merged)]).toEqual([
    undefined,
    17,
    5,
  ]);
});

it.each([
  ["Sum", true],
  ["p99.99", true],
  ["tm95", true],
  ["p100", true],
  ["p101", false],
  ["sum", false],
  ["p", false],
  ["toString", false],
  ["p-1", false],
])("%s is a statistic: %s", (name, known) => {
  expect(parseStatistic(name) !== undefined).toBe(known);
});

it.each(["IQM", "wm90", "TM(10%:90%)", "PR(:300)", "tc99"])("%s is one that only CloudWatch has", (name) => {
  expect(parseStatistic(name)).toBe("elsewhere");
});
