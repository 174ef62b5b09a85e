import * as z from "zod";
import { NotOffered } from "../context.ts";
import { parse } from "./parse.ts";
import type { TableSettings } from "./types.ts";

type Input = Record<string, unknown>;

const options = z.object({
  DeletionProtectionEnabled: z.boolean().optional(),
  TableClass: z.enum(["STANDARD", "STANDARD_INFREQUENT_ACCESS"]).optional(),
  SSESpecification: z.object({ Enabled: z.boolean().optional(), KMSMasterKeyId: z.string().optional() }).optional(),
  OnDemandThroughput: z.record(z.string(), z.number()).optional(),
});

/** What a table would have to do and does not here. An empty one asks for nothing. */
const UNOFFERED: Readonly<Record<string, string>> = {
  StreamSpecification: "streams",
  ResourcePolicy: "resource policies",
  WarmThroughput: "warm throughput",
  VectorIndexes: "vector indexes",
  VectorIndexUpdates: "vector indexes",
  DisassociationProtectionEnabled: "global tables",
  ReplicaUpdates: "global tables",
  MultiRegionConsistency: "global tables",
  GlobalTableWitnessUpdates: "global tables",
  GlobalTableSettingsReplicationMode: "global tables",
  GlobalTableSourceArn: "global tables",
};

/**
 * Reads what CreateTable and UpdateTable may say of a table beside its keys and indexes.
 * @throws AwsError `ValidationException`, also for what the stack does not offer.
 */
export function readOptions(input: Input): Partial<TableSettings> {
  for (const [member, what] of Object.entries(UNOFFERED)) {
    if (asks(input[member])) throw notOffered(`${what} of tables`);
  }
  const { DeletionProtectionEnabled, TableClass, SSESpecification, OnDemandThroughput } = parse(options, input);
  const kmsKey = SSESpecification?.Enabled ? (SSESpecification.KMSMasterKeyId ?? "") : undefined;
  return {
    ...(DeletionProtectionEnabled === undefined ? {} : { deletionProtection: DeletionProtectionEnabled }),
    ...(TableClass === undefined ? {} : { tableClass: TableClass }),
    ...(OnDemandThroughput === undefined ? {} : { onDemand: OnDemandThroughput }),
    ...(kmsKey === undefined ? {} : { kmsKey }),
  };
}

/** @returns the members of a table's description that these options make. */
export function describeOptions(settings: TableSettings, home: { region: string; accountId: string }) {
  const { deletionProtection, tableClass, kmsKey, onDemand } = settings;
  const key = kmsKey === "" ? `arn:aws:kms:${home.region}:${home.accountId}:alias/aws/dynamodb` : kmsKey;
  return {
    DeletionProtectionEnabled: deletionProtection ?? false,
    ...(tableClass === undefined ? {} : { TableClassSummary: { TableClass: tableClass } }),
    ...(onDemand === undefined ? {} : { OnDemandThroughput: onDemand }),
    ...(key === undefined ? {} : { SSEDescription: { Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn: key } }),
  };
}

export function notOffered(what: string): NotOffered {
  return new NotOffered("ValidationException", `The local stack does not offer ${what}.`);
}

function asks(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.values(value).some(asks);
  return value !== undefined && value !== null && value !== false && value !== "";
}
