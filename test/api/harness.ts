import { systemClock } from "../../src/contract/clock.ts";
import { resourceNames, STAGE_TOKEN, WEBHOOK_SECRET } from "../../src/contract/resources.ts";
import { settingsToEnvironment, type Settings } from "../../src/contract/settings.ts";
import { TIME_INDEX } from "../../src/contract/table.ts";
import { createHttpApi } from "../../src/local/apigateway/http.ts";
import { createSocketApi } from "../../src/local/apigateway/socket.ts";
import { createDynamoDb } from "../../src/local/dynamodb/index.ts";
import { createFaults } from "../../src/local/faults/index.ts";
import type { FunctionHost, InvokeResult } from "../../src/local/interfaces.ts";
import { createKernel, LOCAL_ACCOUNT, LOCAL_REGION } from "../../src/local/kernel.ts";
import { createRouter } from "../../src/local/router.ts";
import { createS3 } from "../../src/local/s3/index.ts";
import { listen } from "../../src/local/server.ts";
import { createSqs } from "../../src/local/sqs/index.ts";
import { createSsm } from "../../src/local/ssm/index.ts";
import { api, authorizer, reconciler, socket } from "../../src/runtime/api/entry.ts";
import { createClient } from "../../src/client/index.ts";
import type { ClientOptions } from "../../src/client/types.ts";

export const TOKEN = "dev_0123456789abcdef";
const functions = { api, authorizer, reconciler, socket };
const names = resourceNames("shop", "local", LOCAL_ACCOUNT);

/** The API's real functions, in this process, behind the local gateway and beside the local services. */
export interface TestStage {
  endpoint: string;
  socketUrl: string;
  settings: Settings;
  queue: ReturnType<ReturnType<typeof createSqs>["source"]>;
  sqs: ReturnType<typeof createSqs>;
  client(options?: Partial<ClientOptions>): ReturnType<typeof createClient>;
  /** A request as any HTTP client makes it. */
  fetch(
    path: string,
    init?: { method?: string; token?: string | null; body?: unknown },
  ): Promise<{ status: number; body: unknown }>;
  /** Runs one of the functions directly. */
  invoke(role: keyof typeof functions, event: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts a stage. One in each test file: the functions keep their clients, as they do on Lambda. */
export async function startStage(change: Partial<Settings> = {}): Promise<TestStage> {
  const kernel = await createKernel({ clock: systemClock, speed: 1, random: Math.random, onEvent: () => {} });
  const ctx = kernel.context;
  const faults = createFaults({ random: ctx.random, emit: ctx.emit, clock: ctx.clock, initial: [] });
  const [sqs, dynamodb, ssm, s3] = [createSqs(ctx), createDynamoDb(ctx), createSsm(ctx), createS3(ctx)];
  const router = createRouter(ctx, { sqs, dynamodb, ssm, s3, faults, controlToken: "control" });
  const server = await listen({ port: 0, ...router });
  kernel.setEndpoint(server.endpoint);

  const dead = sqs.createQueue(names.deadLetterQueue, {});
  const queue = sqs.createQueue(names.queue, {
    VisibilityTimeout: "30",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 }),
  });
  const key = { partitionKey: "pk", sortKey: "sk", ttlAttribute: "ttl" };
  dynamodb.ensureTable({
    name: names.tasksTable,
    ...key,
    indexes: [{ name: TIME_INDEX, partitionKey: "gpk", sortKey: "gsk" }],
  });
  dynamodb.ensureTable({ name: names.connectionsTable, ...key });
  s3.ensureBucket(names.bucket);
  ssm.put(`${names.secretsPath}/${STAGE_TOKEN}`, TOKEN, "SecureString");
  ssm.put(
    `${names.secretsPath}/${WEBHOOK_SECRET}`,
    `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`,
    "SecureString",
  );

  const socketUrl = `${server.endpoint.replace("http:", "ws:")}/local`;
  const settings: Settings = {
    app: "shop",
    stage: "local",
    queueUrl: queue.url,
    deadLetterQueueUrl: dead.url,
    tasksTable: names.tasksTable,
    connectionsTable: names.connectionsTable,
    bucket: names.bucket,
    allowedBuckets: [names.bucket],
    managementUrl: `${server.endpoint}/local`,
    socketUrl,
    secretsPath: names.secretsPath,
    maxAttempts: 3,
    timeScale: 1,
    backoff: { base: 1, max: 2 },
    timeoutRatio: 0.8,
    ttlDays: 14,
    allowedOrigins: [],
    allowLoopback: true,
    ...change,
  };
  Object.assign(process.env, settingsToEnvironment(settings), {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_LAMBDA_LOG_LEVEL: "ERROR",
  });

  const host = createHost();
  router.use({
    http: createHttpApi(ctx, {
      host,
      routes: [{ method: "ANY", path: "$default", functionName: "api" }],
      authorizer: { functionName: "authorizer", identitySource: ["$request.header.Authorization"] },
    }),
    socket: createSocketApi(ctx, { host, functionName: "socket", authorizer: { functionName: "authorizer" } }),
  });

  return {
    endpoint: server.endpoint,
    socketUrl,
    settings,
    sqs,
    queue: sqs.source(names.queue),
    client: (options) => createClient({ url: server.endpoint, socketUrl, token: TOKEN, ...options }),
    async fetch(path, { method = "GET", token = TOKEN, body } = {}) {
      const response = await fetch(`${server.endpoint}${path}`, {
        method,
        headers: {
          "content-type": "application/json",
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const parsed: unknown = text === "" ? undefined : JSON.parse(text);
      return { status: response.status, body: parsed };
    },
    invoke: async (role, event) => JSON.parse((await host.invoke(role, JSON.stringify(event))).payload.toString()),
    async close() {
      await server.close();
      for (const service of [s3, ssm, dynamodb, sqs]) await service.close();
    },
  };
}

/** Calls the functions as Lambda does: JSON in and out, an error as its object. */
function createHost(): FunctionHost {
  const isRole = (name: string): name is keyof typeof functions => name in functions;
  let count = 0;
  return {
    has: isRole,
    warm: () => {},
    async invoke(name, payload): Promise<InvokeResult> {
      if (!isRole(name)) throw new Error(`There is no function ${name}.`);
      count += 1;
      const requestId = `request-${count}`;
      const context = { getRemainingTimeInMillis: () => 60_000 };
      const ended = { requestId, logTail: "", durationMs: 0 };
      try {
        const event: unknown = JSON.parse(payload.toString());
        const answer: unknown = await (name === "reconciler"
          ? functions.reconciler(event, context)
          : functions[name](event));
        return { ...ended, payload: Buffer.from(JSON.stringify(answer ?? null)) };
      } catch (error) {
        const told =
          error instanceof Error
            ? { errorMessage: error.message, errorType: error.name }
            : { errorMessage: String(error) };
        return { ...ended, functionError: "Unhandled", payload: Buffer.from(JSON.stringify(told)) };
      }
    },
  };
}
