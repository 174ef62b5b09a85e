/** Values in time on a grid of periods. */
export interface TimeSeries {
  /** What it is of, for labels. */
  name: string;
  /** Milliseconds. */
  period: number;
  /** By the start of their period, epoch milliseconds. */
  points: ReadonlyMap<number, number>;
}

/** What an expression is worth: a scalar, a time series or an array of these. */
export type Value = number | TimeSeries | TimeSeries[];

/** Applies to each point; where the outcome is no number there is no point. */
export function mapSeries(series: TimeSeries, change: (value: number, at: number) => number | undefined): TimeSeries {
  const points = new Map<number, number>();
  for (const [at, value] of series.points) {
    const changed = change(value, at);
    if (changed !== undefined && Number.isFinite(changed)) points.set(at, changed);
  }
  return { ...series, points };
}

/** Joins several series into one: at each time those values that are there. */
export function joinSeries(all: readonly TimeSeries[], name: string, join: (values: number[]) => number): TimeSeries {
  const values = new Map<number, number[]>();
  for (const { points } of all) {
    for (const [at, value] of points) {
      const known = values.get(at);
      if (known) known.push(value);
      else values.set(at, [value]);
    }
  }
  const times = [...values.keys()].sort((a, b) => a - b);
  return {
    name,
    period: Math.max(0, ...all.map(({ period }) => period)),
    points: new Map(times.map((at) => [at, join(values.get(at) ?? [])])),
  };
}

/** Puts a value in place of every missing point; without a value, the one before it. */
export function fillSeries(series: TimeSeries, range: { from: number; to: number }, value?: number): TimeSeries {
  const points = new Map<number, number>();
  let last = value;
  for (let at = range.from; at < range.to && series.period > 0; at += series.period) {
    const known = series.points.get(at);
    if (value === undefined && known !== undefined) last = known;
    const filled = known ?? last;
    if (filled !== undefined) points.set(at, filled);
  }
  return { ...series, points };
}
