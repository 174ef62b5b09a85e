import type { SQLOutputValue } from "node:sqlite";
import { Bucket } from "./bucket.ts";
import { type Dimension, type Metric, type Unit, UNITS } from "./metric.ts";

/** Samples of a metric within a second or a minute, in one unit. */
export interface Datum {
  /** Start, epoch milliseconds. */
  at: number;
  unit: Unit;
  bucket: Bucket;
}

export type Row = Record<string, SQLOutputValue>;

/** Reads a row of `datum`. */
export function toDatum(row: Row): Datum {
  const values = row["sample_values"];
  return {
    at: Number(row["at"]) * 1000,
    unit: UNITS.find((unit) => unit === row["unit"]) ?? "None",
    bucket: Bucket.decode({
      count: Number(row["count"]),
      sum: Number(row["sum"]),
      min: Number(row["min"]),
      max: Number(row["max"]),
      opaque: Number(row["opaque"]),
      values: values instanceof Uint8Array ? values : undefined,
    }),
  };
}

/** Reads a row of `metric`. */
export function toMetric(row: Row): Metric {
  return {
    namespace: String(row["namespace"]),
    name: String(row["name"]),
    dimensions: toDimensions(String(row["dimensions"])),
  };
}

function toDimensions(text: string): Dimension[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (!Array.isArray(item)) return [];
    const [name = "", held = ""] = item.map(String);
    return [{ name, value: held }];
  });
}
