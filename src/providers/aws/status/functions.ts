import { FUNCTION_ROLES } from "../../../contract/resources.ts";
import type { Figure, FunctionCounts } from "../../../contract/status.ts";
import type { StageContext } from "../context.ts";
import { calling } from "../errors.ts";

const METRICS = { invocations: "Invocations", errors: "Errors", throttles: "Throttles" } as const;
const MINUTE_S = 60;
/** So many values of a metric at most. */
const VALUES = 180;

/** Sums Lambda's metrics over a window. Without a datum CloudWatch does not say zero, so neither do we. */
export async function readFunctionCounts(
  { clients, outputs, place }: StageContext,
  since: number,
  until: number,
): Promise<Record<string, FunctionCounts>> {
  const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
  const client = await clients.cloudwatch();
  const Period = Math.max(1, Math.ceil((until - since) / 1000 / MINUTE_S / VALUES)) * MINUTE_S;
  const command = new GetMetricDataCommand({
    StartTime: new Date(since - (since % (Period * 1000))),
    EndTime: new Date(until + MINUTE_S * 1000),
    MetricDataQueries: FUNCTION_ROLES.flatMap((role) =>
      Object.entries(METRICS).map(([name, MetricName]) => ({
        Id: `${role}_${name}`,
        MetricStat: {
          Metric: {
            Namespace: "AWS/Lambda",
            MetricName,
            Dimensions: [{ Name: "FunctionName", Value: outputs.functions[role] }],
          },
          Period,
          Stat: "Sum",
        },
      })),
    ),
  });
  const { MetricDataResults = [] } = await calling("cloudwatch:GetMetricData", place, () => client.send(command));
  const sum = (id: string): Figure<number> => {
    const values = MetricDataResults.find(({ Id }) => Id === id)?.Values ?? [];
    if (values.length === 0) return { unknown: "CloudWatch has no datum: not called, or not measured yet" };
    return values.reduce((total, value) => total + value, 0);
  };
  return Object.fromEntries(
    FUNCTION_ROLES.map((role) => [
      role,
      { invocations: sum(`${role}_invocations`), errors: sum(`${role}_errors`), throttles: sum(`${role}_throttles`) },
    ]),
  );
}
