/**
 * What a project writes in `ai-pipeline.config.ts`. Everything but `app` has a default that follows the article.
 * Times are in seconds unless the name says otherwise.
 */
export interface PipelineConfig {
  /** Lower-case letters, digits and hyphens, 2 to 32 characters, beginning with a letter. Names every resource. */
  app: string;
  worker?: {
    /** Module that exports `handler`. Default `src/worker.ts`. */
    entry?: string;
    /** Function timeout, 900 at most on AWS. Default 50, so that 6 x timeout is the article's visibility timeout of 300. */
    timeout?: number;
    /** Memory in MB. Default 1024. */
    memory?: number;
    /** Beside the stage's own settings; what Lambda sets itself, and AI_PIPELINE_*, cannot be set. */
    environment?: Record<string, string>;
    /** Cap on concurrent invocations by the event source mapping (2 to 1000). Default 5: it shields the model's rate limit. */
    maxConcurrency?: number;
    /** Reserved concurrency, where the account has room; at least `maxConcurrency`. */
    reservedConcurrency?: number;
  };
  api?: {
    /** Module that exports `api`, `socket`, `authorizer` and `reconciler`. Default: the runtime's own. */
    entry?: string;
    /** Identity provider of user callers. Without it only the stage's token is accepted. */
    auth?: { issuer: string; audience: string | string[]; jwksUri?: string };
    /** Origins for CORS and WebSocket browsers. Default none. */
    allowedOrigins?: string[];
    /** The HTTP API's own domain on a deployed stage; its DNS record is yours to make. Default: the address AWS gives. */
    domain?: {
      name: string;
      /** ARN of an ACM certificate for it, in the stage's region. */
      certificate: string;
    };
  };
  queue?: {
    /** Receives before the dead-letter queue. Default 3. */
    maxAttempts?: number;
    /** Default 1. */
    batchSize?: number;
    /** Default 0. */
    batchWindow?: number;
    /** Default 6 x worker.timeout + batchWindow. */
    visibilityTimeout?: number;
    /** Of the task queue. Default 4 days. */
    retention?: number;
    /** Of the dead-letter queue. Default 14 days. */
    deadLetterRetention?: number;
    /** Exponential with full jitter, applied by the message's visibility. Default base 5, max 300. */
    backoff?: { base?: number; max?: number };
  };
  model?: {
    /** Share of the function's remaining time after which every call is aborted. Default 0.8. */
    timeoutRatio?: number;
  };
  documents?: {
    /** Buckets a `documentReference` may name beside the stage's own. */
    buckets?: string[];
  };
  webhooks?: {
    /** Host names a `callbackUrl` may have; `*.example.com` takes subdomains. Default: any public host. */
    allow?: string[];
  };
  results?: {
    /** Days until records, events and results are removed. Default 14. */
    ttlDays?: number;
  };
  logs?: {
    /** Days a deployed stage keeps its functions' logs, one of those CloudWatch takes. Default 30. */
    retentionDays?: number;
  };
  alarms?: {
    /** ARN of an SNS topic that a deployed stage's alarms tell. Default none: they are seen in CloudWatch alone. */
    topic?: string;
    /** US dollars that the models may cost in an hour. Default 10. */
    costPerHour?: number;
    /** Age of the oldest message that waits. Default 900. */
    messageAge?: number;
  };
  local?: {
    /** Default 4566. */
    port?: number;
    /** Faults of the local stack, as `--fault` takes them. */
    faults?: string[];
  };
  /** Differences by stage, merged over the rest. */
  stages?: Record<string, Omit<PipelineConfig, "app" | "stages">>;
}

/** The configuration of one stage with every default filled in. */
export interface ResolvedConfig {
  app: string;
  stage: string;
  worker: {
    entry: string;
    timeout: number;
    memory: number;
    environment: Record<string, string>;
    maxConcurrency: number;
    reservedConcurrency?: number;
  };
  api: {
    /** Absent: the runtime's own functions. */
    entry?: string;
    auth?: { issuer: string; audience: string[]; jwksUri?: string };
    allowedOrigins: string[];
    domain?: { name: string; certificate: string };
  };
  queue: {
    maxAttempts: number;
    batchSize: number;
    batchWindow: number;
    visibilityTimeout: number;
    retention: number;
    deadLetterRetention: number;
    backoff: { base: number; max: number };
  };
  model: { timeoutRatio: number };
  documents: { buckets: string[] };
  webhooks: { allow?: string[] };
  results: { ttlDays: number };
  logs: { retentionDays: number };
  alarms: { topic?: string; costPerHour: number; messageAge: number };
  local: { port: number; faults: string[] };
}

/** Types a configuration; returns it unchanged. */
export function defineConfig(config: PipelineConfig): PipelineConfig {
  return config;
}
