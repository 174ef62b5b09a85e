import { randomUUID } from "node:crypto";
import { AwsError, type LocalContext } from "../context.ts";
import type { Service } from "../exchange.ts";
import type { FunctionMetrics, LogSink, ObjectSource } from "../interfaces.ts";
import type { Mappings } from "../mapping/types.ts";
import type { ActionDeps } from "./actions/deps.ts";
import { createFunction } from "./actions/create-function.ts";
import { deleteFunction } from "./actions/delete-function.ts";
import {
  createEventSourceMapping,
  deleteEventSourceMapping,
  getEventSourceMapping,
  listEventSourceMappings,
  updateEventSourceMapping,
} from "./actions/event-source-mappings.ts";
import {
  deleteFunctionConcurrency,
  getFunctionConcurrency,
  putFunctionConcurrency,
} from "./actions/function-concurrency.ts";
import { getAccountSettings } from "./actions/get-account-settings.ts";
import { getFunction } from "./actions/get-function.ts";
import { getFunctionConfiguration } from "./actions/get-function-configuration.ts";
import { invoke } from "./actions/invoke.ts";
import { listFunctions } from "./actions/list-functions.ts";
import { updateFunctionCode } from "./actions/update-function-code.ts";
import { updateFunctionConfiguration } from "./actions/update-function-configuration.ts";
import { listVersionsByFunction } from "./actions/list-versions-by-function.ts";
import { listTags, tagResource, untagResource } from "./actions/tags.ts";
import { createAsyncInvoker } from "./async-invoke.ts";
import { createCodeStore } from "./code-store.ts";
import { createHost, type Host, type InvocationFault } from "./host.ts";
import { measured } from "./measured.ts";
import { createRest, type RestRoutes } from "./rest.ts";
import { createWorkspace } from "./workspace.ts";

export type { InvocationFault } from "./host.ts";

export interface LambdaDeps {
  logs: LogSink;
  /** Code that lies in buckets; absent: none does. */
  objects?: ObjectSource;
  /** Told of every invocation. */
  metrics?: FunctionMetrics;
  /** Where functions created through the API and the bootstrap are kept; absent: a temporary folder. */
  stateDir?: string;
  /** Asked before each invocation. */
  faults?: { beforeInvoke(functionName: string): InvocationFault | undefined };
  /** Most processes of one function. Default 32. */
  maxEnvironments?: number;
  /** Idle milliseconds after which a process ends. Default 5 minutes. */
  idleMs?: number;
}

/** Lambda: the API on the wire, and the functions in process. `close` ends every child's process group and waits. */
export interface LambdaService extends Service, Host {
  /** Joins the event source mappings, whose actions belong to Lambda's API. */
  useMappings(mappings: Mappings): void;
  /** Queues an asynchronous invocation: two retries, a minute and two minutes later, divided by the stack's speed. */
  invokeLater(functionName: string, payload: string | Buffer): void;
  close(): Promise<void>;
}

/** Requests carry code as base64: AWS takes 50 MB zipped. */
const BODY_LIMIT = 70 * 1024 * 1024;

/** Makes the Lambda service of one stack. Nothing runs until a function is called or warmed. */
export function createLambda(ctx: LocalContext, deps: LambdaDeps): LambdaService {
  const { stateDir, metrics, objects, ...rest } = deps;
  const workspace = createWorkspace(stateDir);
  const plain = createHost(ctx, { ...rest, workspace });
  const host = metrics ? measured(plain, metrics) : plain;
  const code = createCodeStore(workspace, stateDir !== undefined);
  const asynchronous = createAsyncInvoker(ctx, (name, payload, requestId) => host.invoke(name, payload, { requestId }));
  let joined: Mappings | undefined;
  const handle = createRest(
    routes({
      ctx,
      host,
      code,
      ...(objects ? { objects } : {}),
      asynchronous,
      mappings() {
        if (joined) return joined;
        throw new AwsError("ServiceException", "This stack has no event source mappings.", {
          status: 500,
          members: { Type: "Service" },
        });
      },
    }),
    BODY_LIMIT,
  );
  for (const stored of code.load()) host.define(stored.definition, { code: stored.code, owned: true });
  return {
    ...host,
    handle,
    useMappings: (mappings) => void (joined = mappings),
    invokeLater: (name, payload) => asynchronous.enqueue(name, Buffer.from(payload), randomUUID()),
    async close() {
      asynchronous.close();
      await host.close();
      workspace.close();
    },
  };
}

function routes(deps: ActionDeps): RestRoutes {
  const functions = "/2015-03-31/functions";
  const mappings = "/2015-03-31/event-source-mappings";
  const tags = "/2017-03-31/tags/{arn}";
  return {
    [`POST ${functions}/{name}/invocations`]: invoke(deps),
    [`GET ${functions}`]: listFunctions(deps),
    [`POST ${functions}`]: createFunction(deps),
    [`GET ${functions}/{name}`]: getFunction(deps),
    [`DELETE ${functions}/{name}`]: deleteFunction(deps),
    [`GET ${functions}/{name}/configuration`]: getFunctionConfiguration(deps),
    [`PUT ${functions}/{name}/configuration`]: updateFunctionConfiguration(deps),
    [`PUT ${functions}/{name}/code`]: updateFunctionCode(deps),
    "PUT /2017-10-31/functions/{name}/concurrency": putFunctionConcurrency(deps),
    "DELETE /2017-10-31/functions/{name}/concurrency": deleteFunctionConcurrency(deps),
    "GET /2019-09-30/functions/{name}/concurrency": getFunctionConcurrency(deps),
    "GET /2016-08-19/account-settings": getAccountSettings(deps),
    [`GET ${functions}/{name}/versions`]: listVersionsByFunction(deps),
    [`GET ${tags}`]: listTags(deps),
    [`POST ${tags}`]: tagResource(deps),
    [`DELETE ${tags}`]: untagResource(deps),
    [`POST ${mappings}`]: createEventSourceMapping(deps),
    [`GET ${mappings}`]: listEventSourceMappings(deps),
    [`GET ${mappings}/{uuid}`]: getEventSourceMapping(deps),
    [`PUT ${mappings}/{uuid}`]: updateEventSourceMapping(deps),
    [`DELETE ${mappings}/{uuid}`]: deleteEventSourceMapping(deps),
  };
}
