import type { StageContext } from "../context.ts";
import { calling } from "../errors.ts";

const PERIOD_SECONDS = 60;
/** SQS reports every minute, a quiet queue every few. */
const LOOK_BACK_MS = 15 * 60_000;
/** CloudWatch's limit of queries in a call. */
const QUERIES = 500;

/** Reads SQS's metric of the oldest message from CloudWatch: asking the queue itself would be a receive. */
export function createOldest({ clients, place }: Pick<StageContext, "clients" | "place">) {
  return async (names: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
    const cloudwatch = await clients.cloudwatch();
    const ages = new Map<string, number>();
    for (let start = 0; start < names.length; start += QUERIES) {
      const part = names.slice(start, start + QUERIES);
      const now = Date.now();
      const command = new GetMetricDataCommand({
        StartTime: new Date(now - LOOK_BACK_MS),
        EndTime: new Date(now + PERIOD_SECONDS * 1000),
        ScanBy: "TimestampDescending",
        MetricDataQueries: part.map((name, index) => ({
          Id: `q${index}`,
          MetricStat: {
            Metric: {
              Namespace: "AWS/SQS",
              MetricName: "ApproximateAgeOfOldestMessage",
              Dimensions: [{ Name: "QueueName", Value: name }],
            },
            Period: PERIOD_SECONDS,
            Stat: "Maximum",
          },
        })),
      });
      const { MetricDataResults = [] } = await calling("cloudwatch:GetMetricData", place, () =>
        cloudwatch.send(command),
      );
      for (const { Id, Values } of MetricDataResults) {
        const [newest] = Values ?? [];
        const name = part[Number(Id?.slice(1))];
        if (newest !== undefined && name !== undefined) ages.set(name, newest);
      }
    }
    return ages;
  };
}
