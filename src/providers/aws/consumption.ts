import { hostname, userInfo } from "node:os";
import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { type ConsumptionMark, isMarked, parseMark } from "../../contract/consumption.ts";
import { AbortError, AuthorizationError } from "../../contract/errors.ts";
import { LOCAL_STAGE } from "../../contract/names.ts";
import type { Consumption, ConsumptionControl } from "../../contract/ports.ts";
import { resourceNames } from "../../contract/resources.ts";
import type { AwsClients } from "./clients.ts";
import type { StageContext } from "./context.ts";
import { calling, type ErrorPlace } from "./errors.ts";
import { readParameter, removeParameter } from "./parameter.ts";

/** The event source mapping between the task queue and the worker. */
export function createConsumption({ clients, outputs, place }: StageContext): ConsumptionControl {
  const { app, stage } = outputs;

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
    throw missing(queue, FunctionName, stage);
  }

  async function write(mark: ConsumptionMark): Promise<void> {
    const Name = resourceNames(app, stage, "").consumptionParameter;
    if (!isMarked(mark)) return void (await removeParameter(clients, Name, place));
    const { PutParameterCommand } = await import("@aws-sdk/client-ssm");
    const ssm = await clients.ssm();
    const Value = JSON.stringify({ v: 1, ...mark });
    const command = new PutParameterCommand({ Name, Value, Type: "String", Overwrite: true });
    await calling("ssm:PutParameter", place, () => ssm.send(command));
  }

  return {
    get: async () => consumptionOf(await mapping()),
    async change({ enabled, maxConcurrency }, mark) {
      const { UUID } = await mapping();
      const before = await readMark(clients, app, place);
      await write(mark);
      const { UpdateEventSourceMappingCommand } = await import("@aws-sdk/client-lambda");
      const lambda = await clients.lambda();
      const command = new UpdateEventSourceMappingCommand({
        UUID,
        ...(enabled === undefined ? {} : { Enabled: enabled }),
        ...(maxConcurrency === undefined
          ? {}
          : { ScalingConfig: maxConcurrency === null ? {} : { MaximumConcurrency: maxConcurrency } }),
      });
      try {
        return consumptionOf(await calling("lambda:UpdateEventSourceMapping", place, () => lambda.send(command)));
      } catch (error) {
        await write(before);
        throw error;
      }
    },
    async caller() {
      const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
      const person = `${userName()}@${hostname()}`;
      if (place.endpoint) return person;
      const sts = await clients.sts();
      const { Arn } = await calling("sts:GetCallerIdentity", place, () => sts.send(new GetCallerIdentityCommand({})));
      // arn:aws:sts::123456789012:assumed-role/Admin/jane
      return Arn?.split(":").slice(5).join(":") ?? person;
    },
  };
}

function missing(queue: string, where: string, stage: string): AbortError {
  const details = { code: "CONSUMPTION_MISSING", where };
  if (stage === LOCAL_STAGE) {
    return new AbortError(`Nothing takes messages from ${queue} yet: the worker is not built, or does not build.`, {
      ...details,
      hint: "See what dev says of it, and run the command again once the worker is built.",
    });
  }
  return new AbortError(`Nothing takes messages from ${queue}: the worker has no event source mapping.`, {
    ...details,
    hint: "Deploy the stage again.",
  });
}

/** A container may run as a user without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "somebody";
  }
}

/** @returns the mark of a stage; an empty one also where the caller may not read it, as that alone must stop no command. */
export async function readMark(
  clients: AwsClients,
  app: string,
  place: ErrorPlace,
  signal?: AbortSignal,
): Promise<ConsumptionMark> {
  const { consumptionParameter } = resourceNames(app, place.stage, "");
  try {
    return parseMark(await readParameter(clients, consumptionParameter, place, signal));
  } catch (error) {
    if (error instanceof AuthorizationError && error.code === "ACCESS_DENIED") return {};
    throw error;
  }
}

function consumptionOf({ State, ScalingConfig }: EventSourceMappingConfiguration): Consumption {
  const maxConcurrency = ScalingConfig?.MaximumConcurrency;
  return {
    state: State === "Enabled" ? "enabled" : State === "Disabled" ? "disabled" : "changing",
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
  };
}
