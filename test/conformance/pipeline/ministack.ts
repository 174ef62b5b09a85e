import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { startMiniStack } from "../../../scripts/peers/ministack.ts";
import { FUNCTION_ROLES, type FunctionRole, resourceNames } from "../../../src/contract/resources.ts";
import { settingsToEnvironment, stageSettings } from "../../../src/contract/settings.ts";
import { startOurs } from "../local-stack.ts";
import { peerContext } from "../tools.ts";
import { createApis } from "./apis.ts";
import { packCode } from "./code.ts";
import { createResources } from "./resources.ts";
import { CONFIG, CREDENTIALS, type PipelineSubject } from "./subject.ts";

const TOKEN = "conformance_0123456789abcdef";
const WEBHOOK_SECRET = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;

/** The stage deployed on MiniStack by the plain SDK. Its worker calls the model of a local stack of our own. */
export async function startMiniStackPipeline(): Promise<PipelineSubject> {
  const context = peerContext();
  const [server, model, code] = await Promise.all([
    startMiniStack(context),
    startOurs("memory"),
    mkdtemp(join(context.scratch, "code-")).then(packCode),
  ]);
  const { endpoint } = server;
  const names = resourceNames(CONFIG.app, CONFIG.stage, "000000000000");
  const lambda = new LambdaClient({ endpoint, region: "us-east-1", credentials: CREDENTIALS });
  const secrets = { token: TOKEN, webhookSecret: WEBHOOK_SECRET };
  const queues = await createResources(endpoint, names, secrets);
  const apis = await createApis(endpoint, CONFIG.stage);
  const settings = stageSettings(CONFIG, names, { ...queues, ...apis });
  const environment = {
    ...settingsToEnvironment(settings),
    AWS_ENDPOINT_URL: endpoint,
    OPENAI_BASE_URL: `${model.endpoint}/_ai-pipeline/model/v1`,
    OPENAI_API_KEY: "offline",
    OPENAI_MODEL: "offline",
  };
  const createFunction = async (role: FunctionRole) => {
    const { FunctionArn = "" } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: names.functions[role],
        Runtime: "nodejs24.x",
        Role: "arn:aws:iam::000000000000:role/stage",
        Handler: `index.${role === "worker" ? "handler" : role}`,
        Code: { ZipFile: role === "worker" ? code.worker : code.api },
        Timeout: role === "worker" ? CONFIG.worker.timeout : 29,
        MemorySize: 256,
        Environment: { Variables: environment },
      }),
    );
    return FunctionArn;
  };
  const arns: Partial<Record<FunctionRole, string>> = {};
  for (const role of FUNCTION_ROLES) arns[role] = await createFunction(role);
  const { api = "", socket = "", authorizer = "" } = arns;
  await apis.connect({ api, socket, authorizer });
  await lambda.send(
    new CreateEventSourceMappingCommand({
      EventSourceArn: queues.queueArn,
      FunctionName: names.functions.worker,
      BatchSize: CONFIG.queue.batchSize,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: CONFIG.worker.maxConcurrency },
    }),
  );
  return {
    endpoint,
    url: apis.url,
    socketUrl: apis.socketUrl,
    ...secrets,
    queueUrl: queues.queueUrl,
    deadLetterQueueUrl: queues.deadLetterQueueUrl,
    bucket: names.bucket,
    async reconcile() {
      await lambda.send(new InvokeCommand({ FunctionName: names.functions.reconciler }));
    },
    faults: { set: (spec) => model.faults.set(spec), clear: () => void model.faults.clear() },
    async close() {
      lambda.destroy();
      apis.close();
      await server.close();
      await model.close();
    },
  };
}
