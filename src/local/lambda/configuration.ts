import { logGroupName } from "../../contract/resources.ts";
import { type FunctionDefinition, type FunctionRecord, RUNTIME } from "./definition.ts";
import { invalidParameter, optionalChoice, optionalInteger, optionalObject, optionalText } from "./input.ts";

const DEFAULT_ROLE = "arn:aws:iam::000000000000:role/local";

/** @returns AWS's `FunctionConfiguration`. */
export function describeFunction(record: FunctionRecord): Record<string, unknown> {
  const { definition } = record;
  return {
    FunctionName: definition.name,
    FunctionArn: record.arn,
    Runtime: RUNTIME,
    Role: definition.role ?? DEFAULT_ROLE,
    Handler: definition.handler,
    CodeSize: record.codeSize,
    Description: definition.description ?? "",
    Timeout: definition.timeout,
    MemorySize: definition.memory,
    LastModified: new Date(record.lastModified).toISOString().replace("Z", "+0000"),
    CodeSha256: record.codeSha256,
    Version: "$LATEST",
    ...(Object.keys(definition.environment).length > 0 ? { Environment: { Variables: definition.environment } } : {}),
    TracingConfig: { Mode: "PassThrough" },
    RevisionId: record.revisionId,
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    Architectures: [process.arch === "arm64" ? "arm64" : "x86_64"],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: {
      LogFormat: definition.logFormat,
      LogGroup: logGroupName(definition.name),
      ...(definition.logFormat === "JSON" ? { ApplicationLogLevel: "INFO", SystemLogLevel: "INFO" } : {}),
    },
  };
}

/** Reads what CreateFunction and UpdateFunctionConfiguration have in common. @throws AwsError naming the member. */
export function readConfiguration(input: Record<string, unknown>): Partial<Omit<FunctionDefinition, "name">> {
  const handler = optionalText(input, "Handler");
  const timeout = optionalInteger(input, "Timeout", 1, 900);
  const memory = optionalInteger(input, "MemorySize", 128, 10_240);
  const description = optionalText(input, "Description");
  const role = optionalText(input, "Role");
  const runtime = optionalText(input, "Runtime");
  if (runtime !== undefined && !runtime.startsWith("nodejs")) {
    throw invalidParameter(`The local stack runs Node functions only, not ${runtime}.`);
  }
  const logging = optionalObject(input, "LoggingConfig");
  const logFormat = logging ? optionalChoice(logging, "LogFormat", ["Text", "JSON"]) : undefined;
  const environment = readEnvironment(input);
  return {
    ...(handler === undefined ? {} : { handler }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(memory === undefined ? {} : { memory }),
    ...(description === undefined ? {} : { description }),
    ...(role === undefined ? {} : { role }),
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(environment === undefined ? {} : { environment }),
  };
}

/** AWS takes no more in all, in bytes. */
const MAX_ENVIRONMENT = 4096;

function readEnvironment(input: Record<string, unknown>): Record<string, string> | undefined {
  const environment = optionalObject(input, "Environment");
  if (!environment) return undefined;
  const variables: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(optionalObject(environment, "Variables") ?? {})) {
    if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name) || typeof value !== "string") {
      throw invalidParameter(
        `The environment variable ${JSON.stringify(name)} must have a name of letters, digits and _ and a string as its value.`,
      );
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    variables[name] = value;
  }
  if (bytes > MAX_ENVIRONMENT) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.`,
    );
  }
  return variables;
}
