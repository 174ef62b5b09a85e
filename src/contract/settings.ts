import type { ResolvedConfig } from "./config.ts";

/**
 * What the functions read from their environment: separate variables, so that infrastructure as code stays readable.
 * The credentials, region and endpoint are the AWS SDK's own variables.
 */
export interface Settings {
  app: string;
  stage: string;
  queueUrl: string;
  deadLetterQueueUrl: string;
  tasksTable: string;
  connectionsTable: string;
  bucket: string;
  /** Every bucket a document may come from, the stage's own first. */
  allowedBuckets: string[];
  /** https (or local http) address of `@connections`. */
  managementUrl: string;
  /** wss (or local ws) address clients connect to. */
  socketUrl: string;
  secretsPath: string;
  maxAttempts: number;
  backoff: { base: number; max: number };
  timeoutRatio: number;
  ttlDays: number;
  auth?: { issuer: string; audience: string[]; jwksUri?: string };
  allowedOrigins: string[];
  callbackHosts?: string[];
  /** How many times as fast the queue's time runs (`dev --speed`); 1 on a deployed stage. Leases follow it. */
  timeScale: number;
  /** Local stage only: callbacks may be http and loopback, an issuer's keys too. */
  allowLoopback: boolean;
}

/** One variable per setting. */
export const SETTING_VARIABLES = {
  app: "AI_PIPELINE_APP",
  stage: "AI_PIPELINE_STAGE",
  queueUrl: "AI_PIPELINE_QUEUE_URL",
  deadLetterQueueUrl: "AI_PIPELINE_DLQ_URL",
  tasksTable: "AI_PIPELINE_TASKS_TABLE",
  connectionsTable: "AI_PIPELINE_CONNECTIONS_TABLE",
  bucket: "AI_PIPELINE_BUCKET",
  allowedBuckets: "AI_PIPELINE_ALLOWED_BUCKETS",
  managementUrl: "AI_PIPELINE_MANAGEMENT_URL",
  socketUrl: "AI_PIPELINE_SOCKET_URL",
  secretsPath: "AI_PIPELINE_SECRETS_PATH",
  maxAttempts: "AI_PIPELINE_MAX_ATTEMPTS",
  backoffBase: "AI_PIPELINE_BACKOFF_BASE",
  backoffMax: "AI_PIPELINE_BACKOFF_MAX",
  timeoutRatio: "AI_PIPELINE_TIMEOUT_RATIO",
  ttlDays: "AI_PIPELINE_TTL_DAYS",
  authIssuer: "AI_PIPELINE_AUTH_ISSUER",
  authAudience: "AI_PIPELINE_AUTH_AUDIENCE",
  authJwksUri: "AI_PIPELINE_AUTH_JWKS_URI",
  allowedOrigins: "AI_PIPELINE_ALLOWED_ORIGINS",
  callbackHosts: "AI_PIPELINE_CALLBACK_HOSTS",
  timeScale: "AI_PIPELINE_TIME_SCALE",
  allowLoopback: "AI_PIPELINE_ALLOW_LOOPBACK",
} as const;

/** Addresses that exist only once a stage is deployed. */
export interface StageAddresses {
  queueUrl: string;
  deadLetterQueueUrl: string;
  managementUrl: string;
  socketUrl: string;
}

/** @returns the settings of a stage, from its configuration, names and addresses. */
export function stageSettings(
  config: ResolvedConfig,
  names: { tasksTable: string; connectionsTable: string; bucket: string; secretsPath: string },
  addresses: StageAddresses,
): Settings {
  return {
    app: config.app,
    stage: config.stage,
    ...addresses,
    tasksTable: names.tasksTable,
    connectionsTable: names.connectionsTable,
    bucket: names.bucket,
    allowedBuckets: [names.bucket, ...config.documents.buckets],
    secretsPath: names.secretsPath,
    maxAttempts: config.queue.maxAttempts,
    backoff: config.queue.backoff,
    timeoutRatio: config.model.timeoutRatio,
    ttlDays: config.results.ttlDays,
    ...(config.api.auth ? { auth: config.api.auth } : {}),
    allowedOrigins: config.api.allowedOrigins,
    ...(config.webhooks.allow ? { callbackHosts: config.webhooks.allow } : {}),
    timeScale: 1,
    allowLoopback: config.stage === "local",
  };
}

/** @returns the environment that carries the settings; the inverse of `parseSettings`. */
export function settingsToEnvironment(s: Settings): Record<string, string> {
  const v = SETTING_VARIABLES;
  return {
    [v.app]: s.app,
    [v.stage]: s.stage,
    [v.queueUrl]: s.queueUrl,
    [v.deadLetterQueueUrl]: s.deadLetterQueueUrl,
    [v.tasksTable]: s.tasksTable,
    [v.connectionsTable]: s.connectionsTable,
    [v.bucket]: s.bucket,
    [v.allowedBuckets]: s.allowedBuckets.join(","),
    [v.managementUrl]: s.managementUrl,
    [v.socketUrl]: s.socketUrl,
    [v.secretsPath]: s.secretsPath,
    [v.maxAttempts]: String(s.maxAttempts),
    [v.backoffBase]: String(s.backoff.base),
    [v.backoffMax]: String(s.backoff.max),
    [v.timeoutRatio]: String(s.timeoutRatio),
    [v.ttlDays]: String(s.ttlDays),
    ...(s.auth ? { [v.authIssuer]: s.auth.issuer, [v.authAudience]: s.auth.audience.join(",") } : {}),
    ...(s.auth?.jwksUri ? { [v.authJwksUri]: s.auth.jwksUri } : {}),
    ...(s.allowedOrigins.length > 0 ? { [v.allowedOrigins]: s.allowedOrigins.join(",") } : {}),
    ...(s.callbackHosts ? { [v.callbackHosts]: s.callbackHosts.join(",") } : {}),
    ...(s.timeScale === 1 ? {} : { [v.timeScale]: String(s.timeScale) }),
    ...(s.allowLoopback ? { [v.allowLoopback]: "1" } : {}),
  };
}

/**
 * @returns the settings a function finds in its environment.
 * @throws Error naming the first variable that is missing or not a number.
 */
export function parseSettings(env: Record<string, string | undefined>): Settings {
  const v = SETTING_VARIABLES;
  const text = (name: string): string => {
    const value = env[name];
    if (!value)
      throw new Error(`The environment variable ${name} is not set: this function runs outside an ai-pipeline stage.`);
    return value;
  };
  const number = (name: string): number => {
    const value = Number(text(name));
    if (!Number.isFinite(value)) throw new Error(`The environment variable ${name} is not a number: ${env[name]}`);
    return value;
  };
  const list = (name: string): string[] => (env[name] ?? "").split(",").filter((item) => item !== "");
  const issuer = env[v.authIssuer];
  const jwksUri = env[v.authJwksUri];
  const hosts = env[v.callbackHosts];
  return {
    app: text(v.app),
    stage: text(v.stage),
    queueUrl: text(v.queueUrl),
    deadLetterQueueUrl: text(v.deadLetterQueueUrl),
    tasksTable: text(v.tasksTable),
    connectionsTable: text(v.connectionsTable),
    bucket: text(v.bucket),
    allowedBuckets: list(v.allowedBuckets),
    managementUrl: text(v.managementUrl),
    socketUrl: text(v.socketUrl),
    secretsPath: text(v.secretsPath),
    maxAttempts: number(v.maxAttempts),
    backoff: { base: number(v.backoffBase), max: number(v.backoffMax) },
    timeoutRatio: number(v.timeoutRatio),
    ttlDays: number(v.ttlDays),
    ...(issuer ? { auth: { issuer, audience: list(v.authAudience), ...(jwksUri ? { jwksUri } : {}) } } : {}),
    allowedOrigins: list(v.allowedOrigins),
    ...(hosts ? { callbackHosts: list(v.callbackHosts) } : {}),
    timeScale: env[v.timeScale] ? number(v.timeScale) : 1,
    allowLoopback: env[v.allowLoopback] === "1",
  };
}
