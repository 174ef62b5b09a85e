import * as z from "zod";
import { parse } from "./parse.ts";
import { validationError } from "./request.ts";
import type { Storage } from "./storage.ts";
import { notOffered, readOptions } from "./table-options.ts";
import { describe, managedTable } from "./tables.ts";

const update = z.object({
  BillingMode: z.enum(["PROVISIONED", "PAY_PER_REQUEST"]).optional(),
  ProvisionedThroughput: z.object({ ReadCapacityUnits: z.int().min(1), WriteCapacityUnits: z.int().min(1) }).optional(),
});

/** Changes billing, capacity and options of a table, at once. Indexes are made with the table only. */
export function updateTable(storage: Storage, input: Record<string, unknown>, nowMs: number) {
  const table = managedTable(storage, input);
  const { BillingMode: mode, ProvisionedThroughput: throughput } = parse(update, input);
  const indexes = input["GlobalSecondaryIndexUpdates"];
  if (Array.isArray(indexes) && indexes.length > 0) throw notOffered("changes of a table's indexes");
  const options = readOptions(input);
  if (mode === undefined && throughput === undefined && Object.keys(options).length === 0) {
    throw validationError(
      "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or " +
        "SSESpecification or ReplicaUpdates is required",
    );
  }
  const onDemand = mode === undefined ? table.definition.BillingModeSummary !== undefined : mode === "PAY_PER_REQUEST";
  if (onDemand && throughput) {
    throw validationError(
      "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when " +
        "BillingMode is PAY_PER_REQUEST",
    );
  }
  if (mode === "PROVISIONED" && !throughput) {
    throw validationError(
      "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when " +
        "BillingMode is PROVISIONED",
    );
  }
  const { BillingModeSummary: before, ...others } = table.definition;
  const summary = before ?? {
    BillingMode: "PAY_PER_REQUEST",
    LastUpdateToPayPerRequestDateTime: nowMs / 1000,
  };
  const capacity = onDemand ? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 } : throughput;
  storage.saveDefinition(table, {
    ...others,
    ...(onDemand ? { BillingModeSummary: summary } : {}),
    ProvisionedThroughput: { ...others.ProvisionedThroughput, ...capacity },
  });
  storage.saveSettings(table, { ...table.settings, ...options });
  return { TableDescription: describe(storage, table) };
}
