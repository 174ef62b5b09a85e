import { FUNCTION_ROLES } from "../../../contract/resources.ts";
import { SETTING_VARIABLES } from "../../../contract/settings.ts";
import type { StageInspector } from "../../../contract/status.ts";
import type { StageContext } from "../context.ts";
import { calling } from "../errors.ts";
import { readFunctionCounts } from "./functions.ts";
import { readTasks } from "./tasks.ts";

/** Looks at queue, mapping, functions and records; receives nothing. */
export function createInspector(context: StageContext): StageInspector {
  const { clients, outputs, place } = context;
  return {
    async queue(QueueUrl) {
      const { GetQueueAttributesCommand } = await import("@aws-sdk/client-sqs");
      const client = await clients.sqs();
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
      const { Attributes = {} } = await calling("sqs:GetQueueAttributes", place, () => client.send(command));
      const maxReceives = maxReceiveCount(Attributes["RedrivePolicy"]);
      return {
        id: Attributes["QueueArn"] ?? "",
        visibilityMs: Number(Attributes["VisibilityTimeout"] ?? 30) * 1000,
        retentionMs: Number(Attributes["MessageRetentionPeriod"] ?? 345_600) * 1000,
        ...(maxReceives === undefined ? {} : { maxReceives }),
      };
    },
    async consumers(EventSourceArn) {
      const { ListEventSourceMappingsCommand } = await import("@aws-sdk/client-lambda");
      const client = await clients.lambda();
      const command = new ListEventSourceMappingsCommand({ EventSourceArn, MaxItems: 100 });
      const { EventSourceMappings = [] } = await calling("lambda:ListEventSourceMappings", place, () =>
        client.send(command),
      );
      return EventSourceMappings.map((mapping) => {
        const name = mapping.FunctionArn?.split(":function:")[1] ?? "";
        const maxConcurrency = mapping.ScalingConfig?.MaximumConcurrency;
        const note = mapping.LastProcessingResult ?? mapping.StateTransitionReason;
        return {
          function: FUNCTION_ROLES.find((role) => outputs.functions[role] === name) ?? name,
          state: mapping.State ?? "unknown",
          ...(note ? { note } : {}),
          batchSize: mapping.BatchSize ?? 10,
          ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
        };
      });
    },
    async worker() {
      const { GetFunctionConfigurationCommand } = await import("@aws-sdk/client-lambda");
      const client = await clients.lambda();
      const command = new GetFunctionConfigurationCommand({ FunctionName: outputs.functions.worker });
      const { Timeout = 3, Environment } = await calling("lambda:GetFunctionConfiguration", place, () =>
        client.send(command),
      );
      const number = (name: string) => Number(Environment?.Variables?.[name]);
      const base = number(SETTING_VARIABLES.backoffBase);
      const max = number(SETTING_VARIABLES.backoffMax);
      return {
        timeoutMs: Timeout * 1000,
        ...(base >= 0 && max >= 0 ? { backoff: { base, max } } : {}),
        timeoutRatio: number(SETTING_VARIABLES.timeoutRatio) || 1,
        timeScale: number(SETTING_VARIABLES.timeScale) || 1,
      };
    },
    functions: (since, until) => readFunctionCounts(context, since, until),
    tasks: (options) => readTasks(context, options),
  };
}

function maxReceiveCount(policy: string | undefined): number | undefined {
  if (!policy) return undefined;
  const value: unknown = JSON.parse(policy);
  if (typeof value !== "object" || value === null || !("maxReceiveCount" in value)) return undefined;
  return Number(value.maxReceiveCount);
}
