import { AuthorizationError } from "../../../contract/errors.ts";
import type { QueueFunctions } from "../../../contract/ports.ts";
import { logGroupName } from "../../../contract/resources.ts";
import type { StageContext } from "../context.ts";
import { calling } from "../errors.ts";
import { createLogs } from "../logs/index.ts";

/** Functions that event source mappings give a queue's messages to. */
export function createFunctions(context: Pick<StageContext, "clients" | "place" | "clock">): QueueFunctions {
  const { clients, place } = context;

  /** A function may write elsewhere than to the group of its name. */
  async function groupOf(FunctionName: string): Promise<string> {
    const { GetFunctionConfigurationCommand } = await import("@aws-sdk/client-lambda");
    const lambda = await clients.lambda();
    try {
      const { LoggingConfig } = await calling("lambda:GetFunctionConfiguration", place, () =>
        lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
      );
      return LoggingConfig?.LogGroup ?? logGroupName(FunctionName);
    } catch (error) {
      if (!(error instanceof AuthorizationError)) throw error;
      return logGroupName(FunctionName);
    }
  }

  return {
    async takers(EventSourceArn) {
      const { ListEventSourceMappingsCommand } = await import("@aws-sdk/client-lambda");
      const lambda = await clients.lambda();
      const { EventSourceMappings = [] } = await calling("lambda:ListEventSourceMappings", place, () =>
        lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn })),
      );
      const names = EventSourceMappings.map(({ FunctionArn = "" }) => FunctionArn.split(":")[6] ?? FunctionArn);
      return Promise.all([...new Set(names)].map(async (name) => ({ name, group: await groupOf(name) })));
    },
    // Only a live tail needs to know account and region.
    logs: createLogs({ ...context, outputs: { account: "", region: "" } }),
  };
}
