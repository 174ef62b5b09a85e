import { AwsError } from "../context.ts";
import type { MappingChange } from "./types.ts";

function refuse(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, { status: 400, members: { Type: "User" } });
}

function requireRange(value: number, low: number, high: number, name: string): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw refuse(`${name} must be an integer from ${low} to ${high}, not ${value}.`);
}

/** Settings of a mapping with the defaults of AWS. */
export interface MappingSettings {
  enabled: boolean;
  batchSize: number;
  batchWindow: number;
  maxConcurrency: number | undefined;
  reportBatchItemFailures: boolean;
}

export const DEFAULT_SETTINGS: MappingSettings = {
  enabled: true,
  batchSize: 10,
  batchWindow: 0,
  maxConcurrency: undefined,
  reportBatchItemFailures: false,
};

/** @returns the settings after a change. @throws AwsError as AWS refuses numbers and their combinations. */
export function applyChange(before: MappingSettings, change: MappingChange, fifo: boolean): MappingSettings {
  const after: MappingSettings = {
    enabled: change.enabled ?? before.enabled,
    batchSize: change.batchSize ?? before.batchSize,
    batchWindow: change.batchWindow ?? before.batchWindow,
    maxConcurrency: change.maxConcurrency === undefined ? before.maxConcurrency : (change.maxConcurrency ?? undefined),
    reportBatchItemFailures: change.reportBatchItemFailures ?? before.reportBatchItemFailures,
  };
  requireRange(after.batchSize, 1, 10_000, "BatchSize");
  requireRange(after.batchWindow, 0, 300, "MaximumBatchingWindowInSeconds");
  if (after.maxConcurrency !== undefined) requireRange(after.maxConcurrency, 2, 1000, "MaximumConcurrency");
  if (fifo && after.batchSize > 10) throw refuse("Batch size must be 10 or less for FIFO queues.");
  if (fifo && after.batchWindow > 0) throw refuse("Maximum batch window in seconds is not supported for FIFO queues.");
  if (after.batchSize > 10 && after.batchWindow < 1) {
    throw refuse("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
  }
  return after;
}
