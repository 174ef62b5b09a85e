import { hash } from "../../../contract/hash.ts";
import { PRIVATE_NAME, PRIVATE_VALUE } from "../../../contract/private-variables.ts";
import type { StageOutputs } from "../../../contract/resources.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace } from "../errors.ts";

/** Rather too much than too little: where a value may be a secret, two stages are told apart by a mark of it. */
const PRIVATE = /KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL/i;
/** The infrastructure's own say where secrets are, and are none. */
const OWN = /^AI_PIPELINE_/;

function isPrivate(name: string, value: string): boolean {
  return PRIVATE_VALUE.test(value) || (!OWN.test(name) && (PRIVATE.test(name) || PRIVATE_NAME.test(name)));
}

/** @returns how a stage is set, as its services tell it: `worker.MemorySize` is `1024`. */
export async function readSettings(
  clients: AwsClients,
  outputs: StageOutputs,
  place: ErrorPlace,
): Promise<Record<string, string>> {
  const parts = await Promise.all([
    ...Object.entries(outputs.functions).map(([role, name]) => readFunction(clients, role, name, place)),
    readQueue(clients, "queue", outputs.queueUrl, place),
    readQueue(clients, "deadLetterQueue", outputs.deadLetterQueueUrl, place),
    readMapping(clients, outputs.functions.worker, place),
  ]);
  return Object.fromEntries(parts.flat());
}

type Settings = [string, string][];
type Value = string | number | undefined;

async function readFunction(
  clients: AwsClients,
  role: string,
  FunctionName: string,
  place: ErrorPlace,
): Promise<Settings> {
  const { GetFunctionConfigurationCommand } = await import("@aws-sdk/client-lambda");
  const lambda = await clients.lambda();
  const found = await calling("lambda:GetFunctionConfiguration", place, () =>
    lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
  );
  const { Runtime, Architectures, MemorySize, Timeout, CodeSha256, Environment, LoggingConfig } = found;
  const settings: [string, Value][] = [
    ["Runtime", Runtime],
    ["Architectures", Architectures?.join()],
    ["MemorySize", MemorySize],
    ["Timeout", Timeout],
    ["CodeSha256", CodeSha256],
    ["LogFormat", LoggingConfig?.LogFormat],
    ...Object.entries(Environment?.Variables ?? {}).map(([name, value]): [string, Value] => [
      `environment.${name}`,
      isPrivate(name, value) ? `hidden, ${hash(value, 8)}` : value,
    ]),
  ];
  return named(role, settings);
}

async function readQueue(clients: AwsClients, what: string, QueueUrl: string, place: ErrorPlace): Promise<Settings> {
  const { GetQueueAttributesCommand } = await import("@aws-sdk/client-sqs");
  const sqs = await clients.sqs();
  const { Attributes = {} } = await calling("sqs:GetQueueAttributes", place, () =>
    sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] })),
  );
  const set = Object.entries(Attributes).filter(([name]) => !/^(Approximate|Created|LastModified|QueueArn)/.test(name));
  return named(what, set);
}

async function readMapping(clients: AwsClients, FunctionName: string, place: ErrorPlace): Promise<Settings> {
  const { ListEventSourceMappingsCommand } = await import("@aws-sdk/client-lambda");
  const lambda = await clients.lambda();
  const { EventSourceMappings: [mapping] = [] } = await calling("lambda:ListEventSourceMappings", place, () =>
    lambda.send(new ListEventSourceMappingsCommand({ FunctionName })),
  );
  return named("mapping", [
    ["State", mapping?.State],
    ["BatchSize", mapping?.BatchSize],
    ["MaximumBatchingWindowInSeconds", mapping?.MaximumBatchingWindowInSeconds],
    ["MaximumConcurrency", mapping?.ScalingConfig?.MaximumConcurrency],
    ["FunctionResponseTypes", mapping?.FunctionResponseTypes?.join()],
  ]);
}

function named(what: string, settings: [string, Value][]): Settings {
  return settings.flatMap(([name, value]): Settings =>
    value === undefined ? [] : [[`${what}.${name}`, String(value)]],
  );
}
