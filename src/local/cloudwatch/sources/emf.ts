import { isObject } from "../../wire/objects.ts";
import { isSample, isTimely } from "../limits.ts";
import { MAX_DIMENSIONS, type Metric, metricOf, type Unit, UNITS } from "../metric.ts";

/** Samples of one metric out of a log line. */
export interface EmfSample {
  metric: Metric;
  unit: Unit;
  /** Epoch milliseconds. */
  at: number;
  resolution: 1 | 60;
  values: number[];
}

const MAX_METRICS = 100;
const MAX_VALUES = 100;

/** @returns whether a line may hold metrics; cheap, for it is asked of every line. */
export function mayHoldMetrics(message: string): boolean {
  return message.includes('"_aws"');
}

/**
 * Reads the metrics in a log line of CloudWatch's embedded metric format. A line that breaks the format has none, as on
 * AWS, where it is counted as a validation error. Source: "Embedded metric format specification" in the CloudWatch user guide.
 */
export function parseEmf(message: string, now: number): EmfSample[] {
  const root = parseJson(message);
  const metadata = root?.["_aws"];
  if (!root || !isObject(metadata)) return [];
  const { Timestamp: at, CloudWatchMetrics: directives } = metadata;
  if (typeof at !== "number" || !Number.isSafeInteger(at) || !isTimely(at, now) || !Array.isArray(directives))
    return [];
  const samples: EmfSample[] = [];
  for (const directive of directives) {
    const read = isObject(directive) ? readDirective(root, directive, at) : undefined;
    if (!read) return [];
    samples.push(...read);
  }
  return samples;
}

function readDirective(
  root: Record<string, unknown>,
  directive: Record<string, unknown>,
  at: number,
): EmfSample[] | undefined {
  const { Namespace: namespace, Dimensions: sets, Metrics: definitions } = directive;
  if (typeof namespace !== "string" || namespace === "" || namespace.length > 255) return undefined;
  if (!Array.isArray(definitions) || definitions.length > MAX_METRICS) return undefined;
  if (sets !== undefined && !Array.isArray(sets)) return undefined;
  const samples: EmfSample[] = [];
  // Without a set of dimensions a metric has none.
  for (const names of sets && sets.length > 0 ? sets : [[]]) {
    const dimensions = readDimensions(root, names);
    if (!dimensions) return undefined;
    for (const definition of definitions) {
      const sample = isObject(definition) ? readDefinition(root, definition) : undefined;
      if (!sample) return undefined;
      const { name, values, ...rest } = sample;
      if (values.length > 0) samples.push({ metric: metricOf(namespace, name, dimensions), at, values, ...rest });
    }
  }
  return samples;
}

function readDimensions(root: Record<string, unknown>, names: unknown) {
  if (!Array.isArray(names) || names.length > MAX_DIMENSIONS) return undefined;
  const dimensions: { name: string; value: string }[] = [];
  for (const name of new Set<unknown>(names)) {
    const value = typeof name === "string" && Object.hasOwn(root, name) ? root[name] : undefined;
    if (typeof name !== "string" || typeof value !== "string" || value === "" || value.length > 1024) return undefined;
    dimensions.push({ name, value });
  }
  return dimensions;
}

/** A metric that the line defines and has no value for is none. */
function readDefinition(root: Record<string, unknown>, definition: Record<string, unknown>) {
  const { Name: name, Unit: unitName = "None", StorageResolution: resolution = 60 } = definition;
  const unit = UNITS.find((item) => item === unitName);
  if (typeof name !== "string" || name === "" || name.length > 255 || !unit) return undefined;
  if (resolution !== 1 && resolution !== 60) return undefined;
  const target = Object.hasOwn(root, name) ? root[name] : [];
  const values: unknown[] = Array.isArray(target) ? target : [target];
  if (values.length > MAX_VALUES || !values.every(isNumber)) return undefined;
  return { name, unit, resolution: resolution === 1 ? (1 as const) : (60 as const), values };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && isSample(value);
}

function parseJson(message: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(message);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
