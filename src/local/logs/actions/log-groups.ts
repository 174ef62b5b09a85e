import type { JsonAction } from "../../wire/json.ts";
import { groupExists, invalid, missingGroup, notOffered } from "../errors.ts";
import {
  groupArn,
  groupNameOf,
  newGroupName,
  optionalNumber,
  optionalTags,
  optionalText,
  optionalTexts,
  pageOf,
  requiredText,
} from "../input.ts";
import type { LogsDeps } from "./deps.ts";

export const createLogGroup =
  ({ ctx, store }: LogsDeps): JsonAction =>
  (input) => {
    const name = newGroupName(input);
    const logClass = optionalText(input, "logGroupClass") ?? "STANDARD";
    if (logClass !== "STANDARD") throw notOffered(`the log class ${logClass}`);
    if (optionalText(input, "kmsKeyId") !== undefined) throw notOffered("encryption of log groups");
    if (input["deletionProtectionEnabled"] === true) throw notOffered("deletion protection of log groups");
    if (!store.createGroup({ name, createdAt: ctx.clock.now(), tags: optionalTags(input) })) throw groupExists();
  };

export const deleteLogGroup =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    if (!store.deleteGroup(requiredText(input, "logGroupName"))) throw missingGroup();
  };

export const describeLogGroups =
  ({ ctx, store }: LogsDeps): JsonAction =>
  (input) => {
    const pattern = optionalText(input, "logGroupNamePattern")?.toLowerCase();
    const prefix = optionalText(input, "logGroupNamePrefix");
    if (pattern !== undefined && prefix !== undefined)
      throw invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
    const identifiers = optionalTexts(input, "logGroupIdentifiers");
    if (identifiers && (pattern ?? prefix) !== undefined)
      throw invalid("Log group identifiers cannot be used with a name prefix or a name pattern.");
    const named = identifiers && new Set(identifiers.map(groupNameOf));
    const all = (optionalText(input, "logGroupClass") ?? "STANDARD") === "STANDARD" ? store.groups(prefix) : [];
    const found = all.filter(
      ({ name }) => (!pattern || name.toLowerCase().includes(pattern)) && (!named || named.has(name)),
    );
    const { items, nextToken } = pageOf(found, input, 50);
    return {
      logGroups: items.map((group) => ({
        logGroupName: group.name,
        creationTime: group.createdAt,
        ...(group.retentionInDays === undefined ? {} : { retentionInDays: group.retentionInDays }),
        metricFilterCount: 0,
        arn: `${groupArn(ctx, group.name)}:*`,
        logGroupArn: groupArn(ctx, group.name),
        storedBytes: store.storedBytes(group.name),
        logGroupClass: "STANDARD",
      })),
      ...(nextToken ? { nextToken } : {}),
    };
  };

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const putRetentionPolicy =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    const name = requiredText(input, "logGroupName");
    const days = optionalNumber(input, "retentionInDays");
    if (days === undefined || !RETENTION_DAYS.includes(days)) {
      throw invalid(
        `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(", ")}]`,
      );
    }
    if (!store.updateGroup(name, { retentionInDays: days })) throw missingGroup();
  };

export const deleteRetentionPolicy =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    if (!store.updateGroup(requiredText(input, "logGroupName"), { retentionInDays: null })) throw missingGroup();
  };
