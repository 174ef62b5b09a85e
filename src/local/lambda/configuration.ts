import { logGroupName } from "../../contract/resources.ts";
import { ARCHITECTURES, type FunctionDefinition, type FunctionRecord, RUNTIME } from "./definition.ts";
import {
  invalidParameter,
  optionalChoice,
  optionalInteger,
  optionalMatch,
  optionalObject,
  optionalText,
} from "./input.ts";
import { readLogging } from "./logging.ts";
import { notOffered, refuseUnoffered } from "./unoffered.ts";
import { readEnvironment } from "./variables.ts";

const DEFAULT_ROLE = "arn:aws:iam::000000000000:role/local";

/** @returns AWS's `FunctionConfiguration`. */
export function describeFunction(record: FunctionRecord): Record<string, unknown> {
  const { definition } = record;
  return {
    FunctionName: definition.name,
    FunctionArn: record.arn,
    Runtime: definition.runtime ?? RUNTIME,
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
    ...(definition.kmsKeyArn ? { KMSKeyArn: definition.kmsKeyArn } : {}),
    TracingConfig: { Mode: definition.tracing ?? "PassThrough" },
    RevisionId: record.revisionId,
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    Architectures: [definition.architecture ?? (process.arch === "arm64" ? "arm64" : "x86_64")],
    EphemeralStorage: { Size: definition.ephemeralStorage ?? 512 },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: {
      LogFormat: definition.logFormat,
      LogGroup: definition.logGroup ?? logGroupName(definition.name),
      ...(definition.logFormat === "JSON"
        ? { ApplicationLogLevel: definition.logLevel ?? "INFO", SystemLogLevel: "INFO" }
        : {}),
    },
  };
}

const ROLE = /^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/;

/**
 * Reads what CreateFunction and UpdateFunctionConfiguration have in common.
 * @throws AwsError naming the member, also for what the stack does not offer.
 */
export function readConfiguration(input: Record<string, unknown>): Partial<Omit<FunctionDefinition, "name">> {
  refuseUnoffered(input);
  const storage = optionalObject(input, "EphemeralStorage");
  const tracing = optionalObject(input, "TracingConfig");
  const handler = optionalMatch(input, "Handler", /^\S{1,128}$/);
  const timeout = optionalInteger(input, "Timeout", 1, 900);
  const memory = optionalInteger(input, "MemorySize", 128, 10_240);
  const description = optionalText(input, "Description");
  const role = optionalMatch(input, "Role", ROLE);
  const runtime = readRuntime(input);
  const ephemeralStorage = storage && optionalInteger(storage, "Size", 512, 10_240);
  const mode = tracing && optionalChoice(tracing, "Mode", ["Active", "PassThrough"]);
  const kmsKeyArn = optionalText(input, "KMSKeyArn");
  const environment = readEnvironment(input);
  return {
    ...(handler === undefined ? {} : { handler }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(memory === undefined ? {} : { memory }),
    ...(description === undefined ? {} : { description }),
    ...(role === undefined ? {} : { role }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(ephemeralStorage === undefined ? {} : { ephemeralStorage }),
    ...(mode === undefined ? {} : { tracing: mode }),
    ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
    ...(environment === undefined ? {} : { environment }),
    ...readLogging(input),
  };
}

/** @returns the one architecture that CreateFunction and UpdateFunctionCode may name. */
export function readArchitecture(input: Record<string, unknown>): Pick<FunctionDefinition, "architecture"> {
  const given = input["Architectures"];
  if (given === undefined || given === null) return {};
  if (!Array.isArray(given) || given.length !== 1)
    throw invalidParameter("Architectures must name exactly one of x86_64 and arm64.");
  const architecture = optionalChoice({ Architectures: given[0] }, "Architectures", ARCHITECTURES);
  return architecture === undefined ? {} : { architecture };
}

function readRuntime(input: Record<string, unknown>): string | undefined {
  const runtime = optionalText(input, "Runtime");
  if (runtime === undefined || /^nodejs\d+\.x$/.test(runtime)) return runtime;
  throw notOffered(`The local stack runs Node functions only, not ${runtime}.`);
}
