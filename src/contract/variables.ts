import type { ResolvedConfig } from "./config.ts";
import type { ArchiveName } from "./operations/build.ts";

/** What infrastructure as code is told of a stage. Every value has one name; each language writes it in its own way. */
export interface StageVariables {
  app: string;
  stage: string;
  /** Seconds, as are all times but those whose names say days. */
  workerTimeout: number;
  /** MB. */
  workerMemory: number;
  workerMaxConcurrency: number;
  /** 0: none. */
  workerReservedConcurrency: number;
  /** Whether messages are taken; false while the stage is paused. */
  workerEnabled: boolean;
  /** Beside the settings, which the infrastructure itself knows. */
  workerEnvironment: Record<string, string>;
  queueMaxAttempts: number;
  queueBatchSize: number;
  queueBatchWindow: number;
  queueVisibilityTimeout: number;
  queueRetention: number;
  deadLetterRetention: number;
  backoffBase: number;
  backoffMax: number;
  modelTimeoutRatio: number;
  resultsTtlDays: number;
  documentBuckets: string[];
  allowedOrigins: string[];
  callbackHosts: string[];
  /** Empty: only the stage's token is accepted. */
  authIssuer: string;
  authAudience: string[];
  authJwksUri: string;
  logRetentionDays: number;
  /** ARN of an SNS topic; empty: alarms tell nobody, and are seen in CloudWatch. */
  alarmTopic: string;
  /** US dollars an hour. */
  alarmCostPerHour: number;
  /** Age of the oldest message. */
  alarmMessageAge: number;
  /** Empty: the address that AWS gives. */
  domainName: string;
  /** ARN of its certificate, in the stage's region. */
  domainCertificate: string;
}

/** An archive as infrastructure as code names it. */
export interface ArchiveReference {
  /** From the infrastructure's folder, with forward slashes. */
  path: string;
  /** Base64 of the SHA-256. */
  sha256: string;
  /** In the bucket of artefacts; named by content, so that the same code is no change. */
  key: string;
}

export type ArchiveReferences = Record<ArchiveName, ArchiveReference>;

/** @returns the variables of a stage as its configuration says, before anything is known of the account. */
export function stageVariables({
  app,
  stage,
  worker,
  api,
  queue,
  model,
  documents,
  webhooks,
  results,
  logs,
  alarms,
}: ResolvedConfig): StageVariables {
  return {
    app,
    stage,
    workerTimeout: worker.timeout,
    workerMemory: worker.memory,
    workerMaxConcurrency: worker.maxConcurrency,
    workerReservedConcurrency: worker.reservedConcurrency ?? 0,
    workerEnabled: true,
    workerEnvironment: worker.environment,
    queueMaxAttempts: queue.maxAttempts,
    queueBatchSize: queue.batchSize,
    queueBatchWindow: queue.batchWindow,
    queueVisibilityTimeout: queue.visibilityTimeout,
    queueRetention: queue.retention,
    deadLetterRetention: queue.deadLetterRetention,
    backoffBase: queue.backoff.base,
    backoffMax: queue.backoff.max,
    modelTimeoutRatio: model.timeoutRatio,
    resultsTtlDays: results.ttlDays,
    documentBuckets: documents.buckets,
    allowedOrigins: api.allowedOrigins,
    callbackHosts: webhooks.allow ?? [],
    authIssuer: api.auth?.issuer ?? "",
    authAudience: api.auth?.audience ?? [],
    authJwksUri: api.auth?.jwksUri ?? "",
    logRetentionDays: logs.retentionDays,
    alarmTopic: alarms.topic ?? "",
    alarmCostPerHour: alarms.costPerHour,
    alarmMessageAge: alarms.messageAge,
    domainName: api.domain?.name ?? "",
    domainCertificate: api.domain?.certificate ?? "",
  };
}

/** @returns `terraform.tfvars.json`: a variable each, in snake case, with its type kept. */
export function terraformVariables(variables: StageVariables, code: ArchiveReferences): Record<string, unknown> {
  const own = Object.entries(variables).map(([name, value]: [string, unknown]): [string, unknown] => [
    snake(name),
    value,
  ]);
  const archives = Object.entries(code).flatMap(([name, { path, sha256 }]): [string, unknown][] => [
    [`${name}_code`, path],
    [`${name}_code_sha256`, sha256],
  ]);
  return Object.fromEntries<unknown>([...own, ...archives]);
}

export interface StackParameter {
  ParameterKey: string;
  ParameterValue: string;
}

/**
 * @returns `parameters.json` as CloudFormation's own tools read it: text alone, lists joined by commas. The worker's
 * environment is no parameter, as CloudFormation has no maps: it is written into the template.
 * @param bucket of artefacts; absent: left to whoever uses the file.
 */
export function stackParameters(variables: StageVariables, code: ArchiveReferences, bucket?: string): StackParameter[] {
  const { workerEnvironment: _written, ...rest } = variables;
  const own = Object.entries(rest).map(([name, value]) => [pascal(name), textOf(value)] as const);
  const archives = Object.entries(code).map(([name, { key }]) => [`${pascal(name)}Code`, key] as const);
  return [...own, ...archives, ...(bucket === undefined ? [] : [["ArtifactBucket", bucket] as const])].map(
    ([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }),
  );
}

const textOf = (value: string | number | boolean | string[]) =>
  Array.isArray(value) ? value.join(",") : String(value);
const pascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
