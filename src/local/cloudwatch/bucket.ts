/** A statistic set, as PutMetricData takes it. */
export interface StatisticSet {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** Distinct values kept as they are; with more, values that are close share one. */
const MAX_EXACT = 1000;
/** Shares of a bucket whose values are spread over the widest range; with more, values that are less close share one. */
const MAX_SHARED = 4000;
/** Values up to a percent apart share one in between: at most half a percent off. */
const CLOSE = Math.log(1.01);

/**
 * All samples of one metric and unit in a second or a minute: what every statistic, percentiles too, is made of. Up to
 * 1,000 distinct values are exact; then they are at most half a percent off, so that a bucket stays small whatever is put
 * into it. CloudWatch itself keeps approximations.
 */
export class Bucket {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  /** Samples known by their statistics alone: with them there are no percentiles. */
  opaque = 0;
  /** Times each value came; absent while there is but one value, which `min` tells. */
  #values: Map<number, number> | undefined;
  /** Relative distance, as a logarithm, at which values share one. */
  #close: number | undefined;

  add(value: number, times = 1): void {
    this.#spread(value, times);
    this.#tally(times, value * times, value, value);
  }

  addSet({ count, sum, min, max }: StatisticSet): void {
    if (min === max) this.#spread(min, count);
    else this.#hide(count);
    this.#tally(count, sum, min, max);
  }

  /** A count that grows: one sample, however often it is told. */
  grow(by: number): void {
    this.set(this.sum + by);
  }

  /** A gauge: one sample, the latest. */
  set(value: number): void {
    this.count = 1;
    this.sum = value;
    this.min = value;
    this.max = value;
    this.opaque = 0;
    this.#values = undefined;
  }

  /** @param withValues false where no percentile is asked for, which is much cheaper */
  merge(other: Bucket, withValues = true): void {
    if (other.count === 0) return;
    if (withValues) {
      for (const [value, times] of other.values()) this.#spread(value, times, other.min === other.max);
      if (other.opaque > 0) this.#hide(other.opaque);
    }
    this.#tally(other.count, other.sum, other.min, other.max);
  }

  /** Values with how often each came; they miss what is opaque. */
  values(): ReadonlyMap<number, number> {
    if (this.#values) return this.#values;
    const known = this.count - this.opaque;
    return new Map(known > 0 ? [[this.min, known]] : []);
  }

  /** @returns undefined where the statistics say it all. */
  encode(): Buffer | undefined {
    if (!this.#values) return undefined;
    const pairs = Float64Array.from([...this.#values].flat());
    return Buffer.from(pairs.buffer);
  }

  static decode(row: StatisticSet & { opaque: number; values: Uint8Array | undefined }): Bucket {
    const bucket = new Bucket();
    bucket.#tally(row.count, row.sum, row.min, row.max);
    bucket.opaque = row.opaque;
    if (!row.values) return bucket;
    const pairs = new Float64Array(row.values.slice().buffer);
    bucket.#values = new Map();
    for (let at = 0; at + 1 < pairs.length; at += 2) bucket.#values.set(pairs[at] ?? 0, pairs[at + 1] ?? 0);
    return bucket;
  }

  #tally(count: number, sum: number, min: number, max: number): void {
    this.count += count;
    this.sum += sum;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }

  /** Adds samples without values; what there was is written down first, for `min` will not tell it any more. */
  #hide(count: number): void {
    this.#values ??= new Map(this.values());
    this.opaque += count;
  }

  /** Before the tally: it needs to know what was there. */
  #spread(value: number, times: number, single = true): void {
    if (!this.#values) {
      const known = this.count - this.opaque;
      // One value so far, and the same again.
      if (single && this.opaque === 0 && (known === 0 || (value === this.min && this.min === this.max))) return;
      this.#values = new Map(this.values());
    }
    const key = this.#shared(value);
    this.#values.set(key, (this.#values.get(key) ?? 0) + times);
    if (this.#values.size > (this.#close === undefined ? MAX_EXACT : MAX_SHARED)) this.#coarsen();
  }

  #shared(value: number): number {
    if (this.#close === undefined || value === 0) return value;
    return Math.sign(value) * Math.exp(Math.round(Math.log(Math.abs(value)) / this.#close) * this.#close);
  }

  #coarsen(): void {
    this.#close = this.#close === undefined ? CLOSE : this.#close * 2;
    const before = this.#values ?? new Map<number, number>();
    const after = new Map<number, number>();
    for (const [value, times] of before) {
      const key = this.#shared(value);
      after.set(key, (after.get(key) ?? 0) + times);
    }
    this.#values = after;
  }
}
