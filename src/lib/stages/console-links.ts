import { partitionOf } from "../../contract/partitions.ts";
import { logGroupName, type StageOutputs } from "../../contract/resources.ts";

/** What a stage has in AWS's console. */
export const CONSOLE_PAGES = ["dashboard", "queue", "dlq", "worker", "logs", "tasks", "bucket", "alarms"] as const;
export type ConsolePage = (typeof CONSOLE_PAGES)[number];

/** @returns the page's address. */
export function consoleLink(page: ConsolePage, outputs: StageOutputs): string {
  const { app, stage, region } = outputs;
  const home = `https://${region}.${partitionOf(region).consoleHost}`;
  const at = (service: string, rest: string) => `${home}/${service}/home?region=${region}#${rest}`;
  const once = encodeURIComponent;
  switch (page) {
    case "dashboard":
      return at("cloudwatch", `dashboards/dashboard/${app}-${stage}`);
    case "queue":
      return at("sqs/v3", `/queues/${once(outputs.queueUrl)}`);
    case "dlq":
      return at("sqs/v3", `/queues/${once(outputs.deadLetterQueueUrl)}`);
    case "worker":
      return at("lambda", `/functions/${outputs.functions.worker}`);
    case "logs":
      // The console decodes this part twice, with $ for %.
      return at(
        "cloudwatch",
        `logsV2:log-groups/log-group/${once(once(logGroupName(outputs.functions.worker))).replaceAll("%", "$")}`,
      );
    case "tasks":
      return at("dynamodbv2", `table?name=${outputs.tasksTable}`);
    case "bucket":
      return `${home}/s3/buckets/${outputs.bucket}?region=${region}`;
    case "alarms":
      return at("cloudwatch", `alarmsV2:?~(search~'${app}-${stage}-)`);
  }
}
