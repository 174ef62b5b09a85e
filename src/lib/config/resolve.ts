import type { PipelineConfig, ResolvedConfig } from "../../contract/config.ts";
import { environmentBytes, MAX_ENVIRONMENT } from "../../contract/function-environment.ts";
import { resourceNames } from "../../contract/resources.ts";
import { settingsToEnvironment, stageSettings } from "../../contract/settings.ts";
import { thousands } from "../../contract/thousands.ts";
import type { SettingIssue } from "./explain.ts";

const DAY = 86_400;

type StageConfig = Omit<PipelineConfig, "app" | "stages">;

/** @returns the configuration of one stage: its own settings over the project's, the article's defaults under both. */
export function resolveConfig(config: PipelineConfig, stage: string): ResolvedConfig {
  const { app, stages, ...base } = config;
  const merged = mergeStage(base, stages?.[stage] ?? {});
  const { worker = {}, api = {}, queue = {}, alarms = {}, local = {} } = merged;
  const timeout = worker.timeout ?? 50;
  const batchWindow = queue.batchWindow ?? 0;
  return {
    app,
    stage,
    worker: {
      entry: worker.entry ?? "src/worker.ts",
      timeout,
      memory: worker.memory ?? 1024,
      environment: worker.environment ?? {},
      maxConcurrency: worker.maxConcurrency ?? 5,
      ...(worker.reservedConcurrency === undefined ? {} : { reservedConcurrency: worker.reservedConcurrency }),
    },
    api: {
      ...(api.entry === undefined ? {} : { entry: api.entry }),
      ...(api.auth === undefined ? {} : { auth: { ...api.auth, audience: [api.auth.audience].flat() } }),
      allowedOrigins: api.allowedOrigins ?? [],
      ...(api.domain === undefined ? {} : { domain: api.domain }),
    },
    queue: {
      maxAttempts: queue.maxAttempts ?? 3,
      batchSize: queue.batchSize ?? 1,
      batchWindow,
      visibilityTimeout: queue.visibilityTimeout ?? 6 * timeout + batchWindow,
      retention: queue.retention ?? 4 * DAY,
      deadLetterRetention: queue.deadLetterRetention ?? 14 * DAY,
      backoff: { base: queue.backoff?.base ?? 5, max: queue.backoff?.max ?? 300 },
    },
    model: { timeoutRatio: merged.model?.timeoutRatio ?? 0.8 },
    documents: { buckets: merged.documents?.buckets ?? [] },
    webhooks: merged.webhooks?.allow ? { allow: merged.webhooks.allow } : {},
    results: { ttlDays: merged.results?.ttlDays ?? 14 },
    logs: { retentionDays: merged.logs?.retentionDays ?? 30 },
    alarms: {
      ...(alarms.topic === undefined ? {} : { topic: alarms.topic }),
      costPerHour: alarms.costPerHour ?? 10,
      messageAge: alarms.messageAge ?? 900,
    },
    local: { port: local.port ?? 4566, faults: local.faults ?? [] },
  };
}

/** Objects are merged setting by setting; lists and values are replaced. */
function mergeStage(base: StageConfig, stage: StageConfig): StageConfig {
  const merged: StageConfig = { ...base, ...stage };
  if (base.worker || stage.worker) {
    merged.worker = { ...base.worker, ...stage.worker };
    const environment = { ...base.worker?.environment, ...stage.worker?.environment };
    if (Object.keys(environment).length > 0) merged.worker.environment = environment;
  }
  if (base.api || stage.api) merged.api = { ...base.api, ...stage.api };
  if (base.queue || stage.queue) {
    merged.queue = { ...base.queue, ...stage.queue };
    if (base.queue?.backoff || stage.queue?.backoff) {
      merged.queue.backoff = { ...base.queue?.backoff, ...stage.queue?.backoff };
    }
  }
  if (base.alarms || stage.alarms) merged.alarms = { ...base.alarms, ...stage.alarms };
  if (base.local || stage.local) merged.local = { ...base.local, ...stage.local };
  return merged;
}

/** Rules between settings that AWS enforces, or whose breach loses tasks (ESM01, ESM06, ESM12, SQS02, SQS10). */
export function checkRules(config: ResolvedConfig): SettingIssue[] {
  const { worker, queue } = config;
  const issues: SettingIssue[] = [];
  const add = (field: string, message: string) => issues.push({ field, path: field.split("."), message });
  if (queue.visibilityTimeout > 43_200) {
    add(
      "worker.timeout",
      `makes the visibility timeout ${queue.visibilityTimeout} s (6 x timeout), over SQS's 43,200; set queue.visibilityTimeout`,
    );
  } else if (queue.visibilityTimeout < worker.timeout) {
    add(
      "queue.visibilityTimeout",
      `must be at least worker.timeout (${worker.timeout} s; better 6 x that), not ${queue.visibilityTimeout}: the queue would hand out a task that still runs`,
    );
  }
  if (worker.reservedConcurrency !== undefined && worker.reservedConcurrency < worker.maxConcurrency) {
    add(
      "worker.reservedConcurrency",
      `must be at least worker.maxConcurrency (${worker.maxConcurrency}), not ${worker.reservedConcurrency}: throttled receives go to the dead-letter queue without a log`,
    );
  }
  if (queue.batchSize > 10 && queue.batchWindow === 0) {
    add("queue.batchSize", `over 10 (${queue.batchSize}) needs queue.batchWindow of at least 1 second`);
  }
  if (queue.deadLetterRetention <= queue.retention) {
    add(
      "queue.deadLetterRetention",
      `must be over queue.retention (${queue.retention} s), not ${queue.deadLetterRetention}: a dead letter keeps its first date and would expire unseen`,
    );
  }
  if (queue.maxAttempts * queue.visibilityTimeout > queue.retention) {
    add(
      "queue.retention",
      `must hold queue.maxAttempts x visibility timeout (${queue.maxAttempts * queue.visibilityTimeout} s), not ${queue.retention}: a task would expire between attempts`,
    );
  }
  if (queue.backoff.base > queue.backoff.max) {
    add("queue.backoff.base", `must be at most queue.backoff.max (${queue.backoff.max} s), not ${queue.backoff.base}`);
  }
  const own = environmentBytes(ownEnvironment(config));
  const all = environmentBytes({ ...ownEnvironment(config), ...worker.environment });
  if (all > MAX_ENVIRONMENT) {
    add(
      "worker.environment",
      `takes ${thousands(all - own)} bytes beside the stage's own settings, which leave about ${thousands(Math.max(0, MAX_ENVIRONMENT - own))} of the ${thousands(MAX_ENVIRONMENT)} that Lambda takes; move long values into the code, or secrets (ai-pipeline secrets set)`,
    );
  }
  // Function names end in `-connections` at most; the bucket's name (63 characters) is the tightest.
  const length = config.app.length + config.stage.length;
  if (length > 39)
    add(
      "app",
      `and the stage's name together must be at most 39 characters, not ${length}: the bucket's name would be too long`,
    );
  return issues;
}

/** @returns what a deployed worker's environment holds beside its own, with addresses as long as AWS's are. */
function ownEnvironment(config: ResolvedConfig): Record<string, string> {
  const [account, region] = ["123456789012", "ap-southeast-2"];
  const names = resourceNames(config.app, config.stage, account);
  const api = `1234567890.execute-api.${region}.amazonaws.com/${config.stage}`;
  const settings = stageSettings(config, names, {
    queueUrl: `https://sqs.${region}.amazonaws.com/${account}/${names.queue}`,
    deadLetterQueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${names.deadLetterQueue}`,
    managementUrl: `https://${api}`,
    socketUrl: `wss://${api}`,
  });
  return { ...settingsToEnvironment(settings), NODE_OPTIONS: "--enable-source-maps" };
}
