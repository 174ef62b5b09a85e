import type { Input } from "./input.ts";

export interface Dimension {
  name: string;
  value: string;
}

/** What names a metric: each combination of dimensions is a metric of its own. */
export interface Metric {
  namespace: string;
  name: string;
  /** By name. */
  dimensions: readonly Dimension[];
}

export const UNITS = [
  "Seconds",
  "Microseconds",
  "Milliseconds",
  "Bytes",
  "Kilobytes",
  "Megabytes",
  "Gigabytes",
  "Terabytes",
  "Bits",
  "Kilobits",
  "Megabits",
  "Gigabits",
  "Terabits",
  "Percent",
  "Count",
  "Bytes/Second",
  "Kilobytes/Second",
  "Megabytes/Second",
  "Gigabytes/Second",
  "Terabytes/Second",
  "Bits/Second",
  "Kilobits/Second",
  "Megabits/Second",
  "Gigabits/Second",
  "Terabits/Second",
  "Count/Second",
  "None",
] as const;

export type Unit = (typeof UNITS)[number];

export const MAX_DIMENSIONS = 30;

export function metricOf(namespace: string, name: string, dimensions: readonly Dimension[]): Metric {
  return { namespace, name, dimensions: [...dimensions].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** The dimensions as the store and its keys have them. */
export function dimensionText(dimensions: readonly Dimension[]): string {
  return JSON.stringify(dimensions.map(({ name, value }) => [name, value]));
}

/** A metric as the API writes it. */
export function renderMetric({ namespace, name, dimensions }: Metric) {
  return { Namespace: namespace, MetricName: name, Dimensions: renderDimensions(dimensions) };
}

export function renderDimensions(dimensions: readonly Dimension[]) {
  return dimensions.map(({ name, value }) => ({ Name: name, Value: value }));
}

/** Reads `Dimensions` as the reading actions and alarms take them. */
export function readDimensions(input: Input): Dimension[] {
  return (input.objects("Dimensions", { max: MAX_DIMENSIONS }) ?? []).map((dimension) => ({
    name: dimension.required("Name", dimension.sized("Name", { max: 255 })),
    value: dimension.required("Value", dimension.sized("Value", { max: 1024 })),
  }));
}
