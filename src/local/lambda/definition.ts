/** A function as the stack runs it. */
export interface FunctionDefinition {
  name: string;
  /** Folder that holds the code; changed by `update` to put new code live. */
  codeDir: string;
  /** `file.export`, such as `index.handler`; the file without its extension, relative to `codeDir`. */
  handler: string;
  /** Seconds; never scaled by the stack's speed. Default 3, as on AWS. */
  timeout?: number;
  /** MB. Default 128, as on AWS. */
  memory?: number;
  /** Variables of the function; they win over what the stack sets. */
  environment?: Record<string, string>;
  /** Cap on concurrent invocations; further ones are throttled. 0 throttles all. */
  reservedConcurrency?: number;
  /** Most processes at a time, where fewer than the stack allows suffice; further invocations wait for a free one. */
  maxEnvironments?: number;
  /** Port of the debugger, on the loopback address. One environment only then, and its timeout is not enforced. */
  inspect?: number;
  /** Default `Text`. */
  logFormat?: "Text" | "JSON";
  /** While the code is still being made: invocations wait for it. A rejection fails them with its reason. Ends with the next `update` of `codeDir`. */
  codeReady?: Promise<void>;
  description?: string;
  /** ARN of the execution role. */
  role?: string;
  /** As it was asked for and is told; the Node that runs the stack runs the function. */
  runtime?: string;
  /** Default: this machine's. Told, and of no other consequence. */
  architecture?: Architecture;
  /** `ApplicationLogLevel` of a function that logs JSON; what is below it is dropped. */
  logLevel?: LogLevel;
  /** Default `/aws/lambda/<name>`. */
  logGroup?: string;
  /** MB of `/tmp`: told, and not enforced. */
  ephemeralStorage?: number;
  /** Told; nothing is traced. */
  tracing?: "Active" | "PassThrough";
  /** Told; nothing is encrypted with it. */
  kmsKeyArn?: string;
  tags?: Record<string, string>;
}

export const ARCHITECTURES = ["x86_64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export const LOG_LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A definition with its defaults, and what changes as it is updated. */
export interface FunctionRecord {
  definition: FunctionDefinition &
    Required<Pick<FunctionDefinition, "timeout" | "memory" | "environment" | "logFormat">>;
  arn: string;
  /** Epoch milliseconds. */
  lastModified: number;
  revisionId: string;
  codeSha256: string;
  codeSize: number;
  /** Created through the API, so that it outlives the process when the stack keeps state. */
  owned: boolean;
}

/** The runtime a function says it has: that of the Node which runs it. */
export const RUNTIME = `nodejs${process.versions.node.split(".")[0]}.x`;

/** Most that a synchronous invocation may carry, in bytes, either way. */
export const MAX_SYNC_PAYLOAD = 6 * 1024 * 1024;
/** What AWS counts for responses: 6 MB and its own envelope. */
export const MAX_RESPONSE_PAYLOAD = 6_291_556;
/** Most that an asynchronous invocation may carry, in bytes. */
export const MAX_ASYNC_PAYLOAD = 1024 * 1024;
