import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import type { ConsumptionMark } from "../contract/consumption.ts";
import type { ResolvedConfig } from "../contract/config.ts";
import type { StageDescription } from "../contract/description.ts";
import type { QueueStats } from "../contract/queue.ts";
import {
  type ResourceNames,
  resourceNames,
  STAGE_TOKEN,
  type StageOutputs,
  WEBHOOK_SECRET,
} from "../contract/resources.ts";
import { settingsToEnvironment, stageSettings } from "../contract/settings.ts";
import { TIME_INDEX } from "../contract/table.ts";
import { createHttpApi, type HttpRoute } from "./apigateway/http.ts";
import { createSocketApi } from "./apigateway/socket.ts";
import type { LocalContext } from "./context.ts";
import { modelEnvironment } from "./environment.ts";
import { keepConsumption, readMark } from "./kept-consumption.ts";
import { tellOfDeadMessages } from "./dead-messages.ts";
import { freeOrphans } from "./orphans.ts";
import { API_ROLES, createProjectCode } from "./project-code.ts";
import { scheduleReconciler } from "./reconcile.ts";
import type { Services } from "./services.ts";
import type { ProjectOptions, StackOptions } from "./stack.ts";
import { watchTasks } from "./task-events.ts";

/** A project at work on a local stack. */
export interface Deployment {
  outputs: StageOutputs;
  /** The stage's token: `Authorization: Bearer`. */
  token: string;
  /** `whsec_...`. */
  webhookSecret: string;
  /** True when the offline model answers. */
  offline: boolean;
  api: ReturnType<typeof createHttpApi>;
  sockets: ReturnType<typeof createSocketApi>;
  /** Messages in the queues, and open sockets. */
  depths(): { queue: QueueStats; deadLetterQueue: QueueStats; connections: number };
  /** What was changed by hand of how messages are taken; undefined when nothing was. */
  consumption(): ConsumptionMark | undefined;
  /** What a client needs to open the stage. */
  describe(): StageDescription;
  close(): Promise<void>;
}

/** Seconds an API function may take: API Gateway waits 30. */
const API_TIMEOUT = 29;
/** Our own answer in milliseconds: more processes than these come too late for a burst, and take a machine's memory. */
const API_ENVIRONMENTS = Math.max(4, availableParallelism());
const RECONCILER_TIMEOUT = 60;
const LONGEST_TIMEOUT = 900;
const MAX_VISIBILITY = 43_200;

/** Whoever stands at a breakpoint must not lose the attempt or the message meanwhile: Lambda's longest, 15 minutes, for both. */
function withTimeToDebug(config: ResolvedConfig, speed: number): ResolvedConfig {
  const { worker, queue } = config;
  const visibility = Math.min(MAX_VISIBILITY, (LONGEST_TIMEOUT + queue.batchWindow) * speed);
  return {
    ...config,
    worker: { ...worker, timeout: LONGEST_TIMEOUT },
    queue: { ...queue, visibilityTimeout: Math.max(queue.visibilityTimeout, visibility) },
  };
}

/** Creates a project's resources on the stack, as a deployment would on AWS, and puts its code to work. */
export function deployProject(
  ctx: LocalContext,
  services: Services,
  { project, stateDir, onTask }: Pick<StackOptions, "stateDir" | "onTask"> & { project: ProjectOptions },
): Deployment {
  const config = project.inspect === undefined ? project.config : withTimeToDebug(project.config, ctx.speed);
  const names = resourceNames(config.app, config.stage, ctx.accountId);
  const { queueUrl, deadLetterQueueUrl, queueArn } = createQueues(services, names, config);
  services.dynamodb.ensureTable({
    name: names.tasksTable,
    partitionKey: "pk",
    sortKey: "sk",
    ttlAttribute: "ttl",
    indexes: [{ name: TIME_INDEX, partitionKey: "gpk", sortKey: "gsk" }],
  });
  services.dynamodb.ensureTable({
    name: names.connectionsTable,
    partitionKey: "pk",
    sortKey: "sk",
    ttlAttribute: "ttl",
  });
  services.s3.ensureBucket(names.bucket);
  if (onTask) watchTasks(services.dynamodb, names.tasksTable, onTask);

  const secrets = ensureSecrets(services, names);
  const socketUrl = `${ctx.endpoint().replace("http:", "ws:")}/${config.stage}`;
  const outputs = describe(ctx, config, names, { queueUrl, deadLetterQueueUrl, socketUrl });
  services.ssm.put(names.outputsParameter, JSON.stringify(outputs), "String");

  const settings = stageSettings(config, names, {
    queueUrl,
    deadLetterQueueUrl,
    managementUrl: `${ctx.endpoint()}/${config.stage}`,
    socketUrl,
  });
  const model = modelEnvironment(project.dir, project.shell, `${ctx.endpoint()}/_ai-pipeline/model/v1`);
  const environment = settingsToEnvironment({ ...settings, timeScale: ctx.speed });
  services.faults.useDefaults({ lambda: names.functions.worker, sqs: names.queue });
  const code = createProjectCode(ctx, services.lambda, project, names.functions, stateDir);
  services.lambda.define({
    name: names.functions.worker,
    codeDir: code.workerDir,
    handler: "index.handler",
    timeout: config.worker.timeout,
    memory: config.worker.memory,
    environment: { ...environment, ...model.environment, ...config.worker.environment },
    logFormat: "JSON",
    ...(project.inspect === undefined ? {} : { inspect: project.inspect }),
  });
  for (const role of API_ROLES) {
    services.lambda.define({
      name: names.functions[role],
      ...code.api,
      handler: `index.${role}`,
      timeout: role === "reconciler" ? RECONCILER_TIMEOUT : API_TIMEOUT,
      memory: 256,
      environment,
      logFormat: "JSON",
      // A project's own may take their time, and then do so at once, as on AWS.
      ...(config.api.entry === undefined ? { maxEnvironments: API_ENVIRONMENTS } : {}),
    });
  }
  const consumption = keepConsumption(services, names, config.worker.maxConcurrency);
  const brokenNow = () => {
    const broken = code.broken();
    if (broken !== undefined) return { broken };
    const failing = services.lambda.startFailure(names.functions.worker);
    return failing === undefined ? {} : { failing };
  };
  let closed = false;
  const consume = () => {
    if (closed) return;
    services.mappings.create({
      source: queueArn,
      functionName: names.functions.worker,
      batchSize: config.queue.batchSize,
      batchWindow: config.queue.batchWindow,
      ...consumption,
      reportBatchItemFailures: true,
    });
    services.lambda.warm(names.functions.worker);
    // Last: whoever submits needs it after the others.
    services.lambda.warm(names.functions.socket);
  };
  code.startWorker(() => {
    freeOrphans(services, names)
      .catch((error: unknown) => ctx.failed("Tasks of an earlier run could not be freed", error))
      .finally(consume);
  });

  const host = services.lambda;
  const authorizer = { functionName: names.functions.authorizer };
  const api = createHttpApi(ctx, {
    host,
    routes: routes(names.functions.api),
    authorizer: { ...authorizer, identitySource: ["$request.header.Authorization"], cacheSeconds: 0 },
    ...(config.api.allowedOrigins.length > 0
      ? { cors: { allowOrigins: config.api.allowedOrigins, allowHeaders: ["authorization", "content-type"] } }
      : {}),
  });
  const sockets = createSocketApi(ctx, {
    host,
    functionName: names.functions.socket,
    authorizer,
    stage: config.stage,
    faults: { gone: services.faults.gone },
  });
  for (const role of ["authorizer", "api"] as const) services.lambda.warm(names.functions[role]);
  const { deadLetterQueue, tasksTable } = names;
  const { reconciler } = names.functions;
  const endSchedule = scheduleReconciler(ctx, services.lambda, services.sqs, reconciler);
  const endTelling = tellOfDeadMessages(ctx, services, { deadLetterQueue, tasksTable, reconciler });
  return {
    outputs,
    ...secrets,
    offline: model.offline,
    api,
    sockets,
    depths: () => ({
      queue: countsOf(services, names.queue),
      deadLetterQueue: countsOf(services, names.deadLetterQueue),
      connections: sockets.connections(),
    }),
    consumption: () => readMark(services, names),
    describe: () => ({ outputs, token: secrets.token, mark: readMark(services, names) ?? {}, ...brokenNow() }),
    async close() {
      closed = true;
      endSchedule();
      endTelling();
      await code.close();
      await sockets.close();
    },
  };
}

function countsOf(services: Services, queue: string): QueueStats {
  const { visible = 0, inFlight = 0, delayed = 0 } = services.sqs.stats(queue) ?? {};
  return { visible, inFlight, delayed };
}

function createQueues(services: Services, names: ResourceNames, { queue }: ResolvedConfig) {
  const dead = services.sqs.createQueue(names.deadLetterQueue, {
    MessageRetentionPeriod: String(queue.deadLetterRetention),
  });
  const tasks = services.sqs.createQueue(names.queue, {
    VisibilityTimeout: String(queue.visibilityTimeout),
    MessageRetentionPeriod: String(queue.retention),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: queue.maxAttempts }),
  });
  return { queueUrl: tasks.url, queueArn: tasks.arn, deadLetterQueueUrl: dead.url };
}

/** Made once and kept with the state: a restart of `dev` does not lock its clients out. */
function ensureSecrets(services: Services, names: ResourceNames): { token: string; webhookSecret: string } {
  const ensure = (name: string, make: () => string): string => {
    const path = `${names.secretsPath}/${name}`;
    const known = services.ssm.get(path);
    if (known !== undefined) return known;
    const value = make();
    services.ssm.put(path, value, "SecureString");
    return value;
  };
  return {
    token: ensure(STAGE_TOKEN, () => `dev_${randomBytes(24).toString("base64url")}`),
    webhookSecret: ensure(WEBHOOK_SECRET, () => `whsec_${randomBytes(24).toString("base64")}`),
  };
}

function describe(
  ctx: LocalContext,
  config: ResolvedConfig,
  names: ResourceNames,
  urls: Pick<StageOutputs, "queueUrl" | "deadLetterQueueUrl" | "socketUrl">,
): StageOutputs {
  return {
    v: 1,
    app: config.app,
    stage: config.stage,
    provider: "aws",
    account: ctx.accountId,
    region: ctx.region,
    httpUrl: ctx.endpoint(),
    ...urls,
    tasksTable: names.tasksTable,
    connectionsTable: names.connectionsTable,
    bucket: names.bucket,
    functions: names.functions,
    secretsPath: names.secretsPath,
    maxAttempts: config.queue.maxAttempts,
  };
}

/** The HTTP API's routes, as src/contract/http.ts lists them. */
function routes(functionName: string): HttpRoute[] {
  return [
    { method: "POST", path: "/tasks", functionName },
    { method: "GET", path: "/tasks", functionName },
    { method: "GET", path: "/tasks/{taskId}", functionName },
    { method: "GET", path: "/tasks/{taskId}/events", functionName },
    { method: "POST", path: "/tasks/{taskId}/cancel", functionName },
    { method: "POST", path: "/tasks/{taskId}/ticket", functionName },
    { method: "POST", path: "/documents", functionName },
  ];
}
