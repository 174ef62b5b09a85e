import { HISTORY_TYPES } from "../alarms/store.ts";
import type { Action } from "../deps.ts";
import { decodeOffset, encodeToken } from "../token.ts";

export const describeAlarmHistory: Action = (input, { alarms }) => {
  const alarm = input.sized("AlarmName", { max: 255 });
  const type = input.choice("HistoryItemType", [
    ...HISTORY_TYPES,
    "AlarmContributorStateUpdate",
    "AlarmContributorAction",
  ]);
  const types = input.texts("AlarmTypes") ?? ["MetricAlarm"];
  const from = input.time("StartDate");
  const to = input.time("EndDate");
  const limit = input.integer("MaxRecords", { min: 1, max: 100 }) ?? 100;
  const scanBy = input.choice("ScanBy", ["TimestampDescending", "TimestampAscending"]);
  const offset = decodeOffset(input.text("NextToken"));
  alarms.evaluate();
  // Contributors are of alarms on queries that the local stack has not.
  const known = HISTORY_TYPES.find((item) => item === type);
  const found =
    !types.includes("MetricAlarm") || (type !== undefined && known === undefined)
      ? []
      : alarms.history({
          ...(alarm === undefined ? {} : { alarm }),
          ...(known === undefined ? {} : { type: known }),
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
          descending: scanBy !== "TimestampAscending",
          offset,
          limit: limit + 1,
        });
  const items = found.slice(0, limit);
  return {
    AlarmHistoryItems: items.map((item) => ({
      AlarmName: item.alarm,
      AlarmType: "MetricAlarm",
      Timestamp: new Date(item.at),
      HistoryItemType: item.type,
      HistorySummary: item.summary,
      HistoryData: item.data,
    })),
    ...(found.length > limit ? { NextToken: encodeToken([offset + limit]) } : {}),
  };
};
