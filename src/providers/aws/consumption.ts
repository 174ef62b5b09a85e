import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { AbortError } from "../../contract/errors.ts";
import type { Consumption, ConsumptionControl } from "../../contract/ports.ts";
import type { StageContext } from "./context.ts";
import { calling } from "./errors.ts";

/** The event source mapping between the task queue and the worker. */
export function createConsumption({ clients, outputs, place }: StageContext): ConsumptionControl {
  async function mapping(): Promise<EventSourceMappingConfiguration> {
    const { ListEventSourceMappingsCommand } = await import("@aws-sdk/client-lambda");
    const lambda = await clients.lambda();
    const FunctionName = outputs.functions.worker;
    const { EventSourceMappings = [] } = await calling("lambda:ListEventSourceMappings", place, () =>
      lambda.send(new ListEventSourceMappingsCommand({ FunctionName })),
    );
    const queue = outputs.queueUrl.slice(outputs.queueUrl.lastIndexOf("/") + 1);
    const found = EventSourceMappings.find(({ EventSourceArn }) => EventSourceArn?.endsWith(`:${queue}`));
    if (found) return found;
    throw new AbortError(`Nothing takes messages from ${queue}: the worker has no event source mapping.`, {
      code: "CONSUMPTION_MISSING",
      where: FunctionName,
      hint: "Deploy the stage again.",
    });
  }
  return { get: async () => consumptionOf(await mapping()) };
}

function consumptionOf({ State, ScalingConfig }: EventSourceMappingConfiguration): Consumption {
  const maxConcurrency = ScalingConfig?.MaximumConcurrency;
  return {
    state: State === "Enabled" ? "enabled" : State === "Disabled" ? "disabled" : "changing",
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
  };
}
