import { NotOffered } from "../context.ts";
import { invalidParameter } from "./input.ts";

/** @returns AWS's error for a parameter that makes no sense, for one that makes sense on AWS only. */
export function notOffered(message: string): NotOffered {
  return new NotOffered("InvalidParameterValueException", message, { members: { Type: "User" } });
}

type Input = Record<string, unknown>;

/** Members that would change what a function does, and that the stack cannot follow. An empty one asks for nothing. */
const MEMBERS: Readonly<Record<string, string>> = {
  Layers: "layers",
  DeadLetterConfig: "dead-letter queues of asynchronous invocations",
  VpcConfig: "networks (VpcConfig)",
  FileSystemConfigs: "file systems",
  ImageConfig: "container images",
  CodeSigningConfigArn: "code signing",
  CapacityProviderConfig: "capacity providers",
  DurableConfig: "durable executions",
  TenancyConfig: "tenant isolation",
};

/** @throws NotOffered naming what is asked for and not offered. */
export function refuseUnoffered(input: Input): void {
  for (const [member, what] of Object.entries(MEMBERS)) {
    if (asksForSomething(input[member])) throw notOffered(`The local stack does not offer ${what} of functions.`);
  }
  if (input["PackageType"] === "Image")
    throw notOffered("The local stack does not offer functions of container images.");
  const snapStart = input["SnapStart"];
  if (typeof snapStart === "object" && snapStart !== null && Reflect.get(snapStart, "ApplyOn") === "PublishedVersions")
    throw notOffered("The local stack does not offer SnapStart.");
}

/** Of event source mappings: an SQS queue takes these on AWS. */
const OF_MAPPINGS: Readonly<Record<string, string>> = {
  FilterCriteria: "filter criteria",
  ProvisionedPollerConfig: "provisioned pollers",
  MetricsConfig: "metrics",
  LoggingConfig: "logging",
  Tags: "tags",
  KMSKeyArn: "encryption of filter criteria",
};

/** What AWS takes for mappings of streams and brokers only. */
const OF_STREAMS = [
  "StartingPositionTimestamp",
  "ParallelizationFactor",
  "BisectBatchOnFunctionError",
  "MaximumRecordAgeInSeconds",
  "MaximumRetryAttempts",
  "TumblingWindowInSeconds",
  "DestinationConfig",
  "SourceAccessConfigurations",
  "SelfManagedEventSource",
  "Topics",
  "Queues",
];

/** @throws AwsError for what is no member of a queue's mapping, NotOffered for what is one and not offered. */
export function refuseUnofferedOfMapping(input: Input): void {
  if (asksForSomething(input["StartingPosition"]))
    throw invalidParameter("StartingPosition is not valid for SQS event sources.");
  const unsupported = OF_STREAMS.find((member) => asksForSomething(input[member]));
  if (unsupported !== undefined)
    throw invalidParameter(`Unsupported ${unsupported} parameter for given event source mapping type.`);
  for (const [member, what] of Object.entries(OF_MAPPINGS)) {
    if (asksForSomething(input[member]))
      throw notOffered(`The local stack does not offer ${what} of event source mappings.`);
  }
}

/** @throws NotOffered for `Publish`: there is `$LATEST` alone. */
export function refuseVersions(input: Input): void {
  if (input["Publish"] === true || asksForSomething(input["PublishTo"]))
    throw notOffered("The local stack does not offer published versions of functions: leave Publish out.");
}

function asksForSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(asksForSomething);
  if (typeof value === "object" && value !== null) return Object.values(value).some(asksForSomething);
  return value !== undefined && value !== null && value !== "" && value !== false;
}
