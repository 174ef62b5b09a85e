import * as z from "zod";
import type { PipelineConfig } from "../config.ts";
import { RESERVED_VARIABLES, VARIABLE_PATTERN } from "../function-environment.ts";
import { APP_PATTERN, APP_RULE, LOCAL_STAGE, STAGE_PATTERN } from "../names.ts";
import { thousands } from "../thousands.ts";

/*
 * Every message says what may stand there: whoever reads it can mend the file without opening a manual. Limits are AWS's
 * own (the service models of Lambda and SQS), so that what passes here deploys.
 */

function whole(min: number, max: number, unit = "") {
  const error = `must be a whole number from ${thousands(min)} to ${thousands(max)}${unit}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function text(what: string, pattern: RegExp) {
  const error = `must be ${what}`;
  return z.string({ error }).regex(pattern, { error });
}

function list<T extends z.ZodType>(item: T, what: string) {
  return z.array(item, { error: `must be a list of ${what}` });
}

function section<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "invalid_type" ? "must be an object" : undefined),
  });
}

const seconds = " (seconds)";
const path = text("a path to a module, such as src/worker.ts", /^[^\0]+$/);
const url = z.url({ protocol: /^https?$/, error: "must be an http or https address" });
const host = text("a host name, such as api.example.com or *.example.com", /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/i);
const domain = text(
  "a host name without a wildcard, in lower case, such as api.example.com",
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/,
);
const bucket = text("the name of a bucket (no s3:// before it)", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
const origin = text("an origin, such as https://app.example.com, or *", /^(\*|https?:\/\/[^/\s]+)$/);

/** What CloudWatch Logs takes (the service's own list). */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * Seconds that Lambda lets a function run. Functions on Lambda Managed Instances may take longer (5,400), but those of the
 * infrastructure that `init` writes are none (Lambda's API reference, FunctionConfiguration).
 */
const LONGEST_ON_LAMBDA = 900;
/** SQS's longest visibility timeout, for the bound where there is no Lambda. */
const LONGEST_LOCAL = 43_200;
const TIMEOUT = `must be a whole number from 1 to ${LONGEST_ON_LAMBDA} (seconds; under stages.${LOCAL_STAGE} to ${thousands(LONGEST_LOCAL)})`;

/** Not a pattern alone: what is wrong with a name is another thing each time. */
const variable = z.string().check(({ value, issues }) => {
  const message = RESERVED_VARIABLES.has(value)
    ? "cannot be set: Lambda sets it itself"
    : value.startsWith("AI_PIPELINE_")
      ? "cannot be set: AI_PIPELINE_ begins the stage's own settings"
      : VARIABLE_PATTERN.test(value)
        ? undefined
        : "must be named by letters, digits and _, two at least, beginning with a letter";
  if (message !== undefined) issues.push({ code: "custom", message, input: value });
});

const stageShape = (longest: number) => ({
  worker: section({
    entry: path.exactOptional(),
    timeout: z.int({ error: TIMEOUT }).min(1, { error: TIMEOUT }).max(longest, { error: TIMEOUT }).exactOptional(),
    memory: whole(128, 10_240, " (MB)").exactOptional(),
    environment: z
      .record(variable, z.string({ error: "must be text (quote a number)" }), {
        error: (issue) => (issue.code === "invalid_type" ? "must be an object of text by variable name" : undefined),
      })
      .exactOptional(),
    maxConcurrency: whole(2, 1000).exactOptional(),
    reservedConcurrency: whole(1, 100_000).exactOptional(),
  }).exactOptional(),
  api: section({
    entry: path.exactOptional(),
    auth: section({
      issuer: url,
      audience: z.union([text("an audience", /./), list(text("an audience", /./), "audiences")], {
        error: "must be an audience or a list of them",
      }),
      jwksUri: url.exactOptional(),
    }).exactOptional(),
    allowedOrigins: list(origin, "origins").exactOptional(),
    domain: section({
      name: domain,
      certificate: text("the ARN of an ACM certificate", /^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/),
    }).exactOptional(),
  }).exactOptional(),
  queue: section({
    // One receive would dead-letter a task whose function was merely throttled.
    maxAttempts: whole(2, 1000).exactOptional(),
    batchSize: whole(1, 10_000).exactOptional(),
    batchWindow: whole(0, 300, seconds).exactOptional(),
    visibilityTimeout: whole(0, 43_200, seconds).exactOptional(),
    retention: whole(60, 1_209_600, seconds).exactOptional(),
    deadLetterRetention: whole(60, 1_209_600, seconds).exactOptional(),
    backoff: section({
      base: whole(0, 43_200, seconds).exactOptional(),
      max: whole(0, 43_200, seconds).exactOptional(),
    }).exactOptional(),
  }).exactOptional(),
  model: section({
    timeoutRatio: z
      .number({ error: "must be a share from 0.1 to 0.95" })
      .min(0.1, { error: "must be a share from 0.1 to 0.95" })
      .max(0.95, { error: "must be a share from 0.1 to 0.95" })
      .exactOptional(),
  }).exactOptional(),
  documents: section({ buckets: list(bucket, "bucket names").exactOptional() }).exactOptional(),
  webhooks: section({ allow: list(host, "host names").exactOptional() }).exactOptional(),
  results: section({ ttlDays: whole(1, 3650, " (days)").exactOptional() }).exactOptional(),
  logs: section({
    retentionDays: z
      .literal(LOG_RETENTION_DAYS, { error: `must be one of ${LOG_RETENTION_DAYS.join(", ")} (days)` })
      .exactOptional(),
  }).exactOptional(),
  alarms: section({
    topic: text("the ARN of an SNS topic", /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/).exactOptional(),
    costPerHour: z
      .number({ error: "must be a number above 0 (US dollars)" })
      .positive({ error: "must be a number above 0 (US dollars)" })
      .exactOptional(),
    messageAge: whole(60, 1_209_600, seconds).exactOptional(),
  }).exactOptional(),
  local: section({
    port: whole(0, 65_535).exactOptional(),
    faults: list(text("a fault, such as model:429=0.3", /./), "faults").exactOptional(),
  }).exactOptional(),
});

const STAGE_NAME =
  "a stage's name: lower-case letters, digits and hyphens, 1 to 20 characters, beginning with a letter";

/** `PipelineConfig` as written by a user, unknown settings refused. */
export const configSchema: z.ZodType<PipelineConfig> = section({
  app: text(APP_RULE, APP_PATTERN),
  ...stageShape(LONGEST_ON_LAMBDA),
  stages: z
    .record(text(STAGE_NAME, STAGE_PATTERN), section(stageShape(LONGEST_LOCAL)), {
      error: (issue) => (issue.code === "invalid_type" ? "must be an object of settings by stage name" : undefined),
    })
    .check(({ value, issues }) => {
      for (const [name, { worker }] of Object.entries(value)) {
        const timeout = worker?.timeout ?? 0;
        if (name === LOCAL_STAGE || timeout <= LONGEST_ON_LAMBDA) continue;
        issues.push({ code: "custom", message: TIMEOUT, input: timeout, path: [name, "worker", "timeout"] });
      }
    })
    .exactOptional(),
});
