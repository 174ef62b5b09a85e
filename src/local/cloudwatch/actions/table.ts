import type { Action } from "../deps.ts";
import { disableAlarmActions, enableAlarmActions } from "./alarm-actions.ts";
import { deleteAlarms } from "./delete-alarms.ts";
import { describeAlarmHistory } from "./describe-alarm-history.ts";
import { describeAlarms } from "./describe-alarms.ts";
import { describeAlarmsForMetric } from "./describe-alarms-for-metric.ts";
import { getMetricData } from "./get-metric-data.ts";
import { getMetricStatistics } from "./get-metric-statistics.ts";
import { listMetrics } from "./list-metrics.ts";
import { putMetricAlarm } from "./put-metric-alarm.ts";
import { putMetricData } from "./put-metric-data.ts";
import { setAlarmState } from "./set-alarm-state.ts";
import { listTagsForResource, tagResource, untagResource } from "./tags.ts";

/** What the local stack offers of CloudWatch, by its operations' names. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  DeleteAlarms: deleteAlarms,
  DescribeAlarmHistory: describeAlarmHistory,
  DescribeAlarms: describeAlarms,
  DescribeAlarmsForMetric: describeAlarmsForMetric,
  DisableAlarmActions: disableAlarmActions,
  EnableAlarmActions: enableAlarmActions,
  GetMetricData: getMetricData,
  GetMetricStatistics: getMetricStatistics,
  ListMetrics: listMetrics,
  ListTagsForResource: listTagsForResource,
  PutMetricAlarm: putMetricAlarm,
  PutMetricData: putMetricData,
  SetAlarmState: setAlarmState,
  TagResource: tagResource,
  UntagResource: untagResource,
};
