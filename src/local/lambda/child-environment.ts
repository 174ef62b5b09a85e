import { logGroupName } from "../../contract/resources.ts";
import { RUNTIME, type FunctionRecord } from "./definition.ts";

/** What an environment may see of the machine it runs on; nothing else of the user's leaks in. */
const INHERITED = ["PATH", "HOME", "TMPDIR", "USER", "SystemRoot", "TEMP", "TMP"];

export interface Surroundings {
  region: string;
  endpoint: string;
  runtimeApi: string;
  logStream: string;
}

/** @returns every variable of an environment: Lambda's own, the way to the stack, and the function's. */
export function childEnvironment(record: FunctionRecord, around: Surroundings): Record<string, string> {
  const { definition } = record;
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    AWS_REGION: around.region,
    AWS_DEFAULT_REGION: around.region,
    // Any credentials do here; real ones, where a model needs them, come with the definition.
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL: around.endpoint,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime ?? RUNTIME}`,
    ...definition.environment,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memory),
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup ?? logGroupName(definition.name),
    AWS_LAMBDA_LOG_STREAM_NAME: around.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat,
    ...(definition.logLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: definition.logLevel }),
    AWS_LAMBDA_RUNTIME_API: around.runtimeApi,
    LAMBDA_TASK_ROOT: definition.codeDir,
    _HANDLER: definition.handler,
  };
}

/** @returns the arguments of `node` before the program's. */
export function nodeArguments(record: FunctionRecord): string[] {
  const { memory, inspect } = record.definition;
  return [
    "--enable-source-maps",
    `--max-old-space-size=${Math.max(64, Math.floor(memory * 0.9))}`,
    ...(inspect === undefined ? [] : [`--inspect=127.0.0.1:${inspect}`]),
  ];
}
