import { renderQuery } from "../math/queries.ts";
import { renderDimensions } from "../metric.ts";
import { SIMPLE_STATISTICS } from "../statistics.ts";
import type { AlarmDefinition, StateValue } from "./definition.ts";

export interface AlarmState {
  value: StateValue;
  reason: string;
  /** JSON, as CloudWatch writes it. */
  reasonData?: string;
  /** Epoch milliseconds. */
  updatedAt: number;
  /** When its value last became another. */
  transitionedAt: number;
}

/** A metric alarm and its state. */
export interface Alarm {
  definition: AlarmDefinition;
  state: AlarmState;
  tags: Readonly<Record<string, string>>;
  /** Of its definition, epoch milliseconds. */
  updatedAt: number;
}

/** What PutMetricAlarm took, as it would take it again. */
export function renderDefinition(definition: AlarmDefinition) {
  const { watches, actions } = definition;
  return {
    AlarmName: definition.name,
    AlarmDescription: definition.description,
    ActionsEnabled: definition.actionsEnabled,
    OKActions: actions.OK,
    AlarmActions: actions.ALARM,
    InsufficientDataActions: actions.INSUFFICIENT_DATA,
    ...("stat" in watches ? renderStat(watches.stat) : { Metrics: watches.queries.map(renderQuery) }),
    EvaluationPeriods: definition.evaluationPeriods,
    DatapointsToAlarm: definition.datapointsToAlarm,
    Threshold: definition.threshold,
    ComparisonOperator: definition.comparison,
    TreatMissingData: definition.treatMissing,
    EvaluateLowSampleCountPercentile: definition.lowSamples,
  };
}

function renderStat({
  metric,
  period,
  statistic,
  unit,
}: Extract<AlarmDefinition["watches"], { stat: unknown }>["stat"]) {
  const simple = SIMPLE_STATISTICS.some((name) => name === statistic.name);
  return {
    MetricName: metric.name,
    Namespace: metric.namespace,
    [simple ? "Statistic" : "ExtendedStatistic"]: statistic.name,
    Dimensions: renderDimensions(metric.dimensions),
    Period: period,
    Unit: unit,
  };
}

/** A MetricAlarm as the API writes it. */
export function renderAlarm({ definition, state, updatedAt }: Alarm, arn: string) {
  return {
    ...renderDefinition(definition),
    AlarmArn: arn,
    AlarmConfigurationUpdatedTimestamp: new Date(updatedAt),
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: new Date(state.updatedAt),
    StateTransitionedTimestamp: new Date(state.transitionedAt),
  };
}
