import * as z from "zod";
import { AwsError } from "../context.ts";
import { validationError } from "./request.ts";
import type { Storage, StoredTable } from "./storage.ts";
import { parse } from "./parse.ts";
import { managedTable } from "./tables.ts";

type Input = Record<string, unknown>;

const timeToLive = z.object({
  TimeToLiveSpecification: z.object({ AttributeName: z.string().min(1).max(255), Enabled: z.boolean() }),
});
const recovery = z.object({ PointInTimeRecoverySpecification: z.object({ PointInTimeRecoveryEnabled: z.boolean() }) });

export function updateTimeToLive(storage: Storage, input: Input) {
  const table = managedTable(storage, input);
  const { TimeToLiveSpecification: wanted } = parse(timeToLive, input);
  const current = table.settings.ttlAttribute;
  if (wanted.Enabled && current !== undefined) throw validationError("TimeToLive is already enabled");
  if (!wanted.Enabled && current === undefined) throw validationError("TimeToLive is already disabled");
  if (!wanted.Enabled && current !== wanted.AttributeName) {
    throw validationError("TimeToLive is active on a different AttributeName: current AttributeName is " + current);
  }
  const { ttlAttribute: _, ...others } = table.settings;
  storage.saveSettings(table, wanted.Enabled ? { ...others, ttlAttribute: wanted.AttributeName } : others);
  return { TimeToLiveSpecification: wanted };
}

export function describeTimeToLive(storage: Storage, input: Input) {
  const attribute = managedTable(storage, input).settings.ttlAttribute;
  return {
    TimeToLiveDescription:
      attribute === undefined
        ? { TimeToLiveStatus: "DISABLED" }
        : { TimeToLiveStatus: "ENABLED", AttributeName: attribute },
  };
}

/** Nothing is backed up: the setting is kept, so that tools which manage tables find what they set. */
export function updateContinuousBackups(storage: Storage, input: Input) {
  const table = backedUpTable(storage, input);
  const { PointInTimeRecoverySpecification: wanted } = parse(recovery, input);
  storage.saveSettings(table, { ...table.settings, pointInTimeRecovery: wanted.PointInTimeRecoveryEnabled });
  return backups(table);
}

export function describeContinuousBackups(storage: Storage, input: Input) {
  return backups(backedUpTable(storage, input));
}

/** Calls about backups have an error of their own for a table that is not there. */
function backedUpTable(storage: Storage, input: Input): StoredTable {
  const { TableName } = parse(z.object({ TableName: z.string() }), input);
  const table = storage.table(TableName);
  if (!table) throw new AwsError("TableNotFoundException", `Table not found: ${TableName}`);
  return table;
}

function backups(table: StoredTable) {
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: "ENABLED",
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: table.settings.pointInTimeRecovery ? "ENABLED" : "DISABLED",
      },
    },
  };
}
