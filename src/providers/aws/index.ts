import type { Clock } from "../../contract/clock.ts";
import { reachableOutputs } from "../../contract/gateway-address.ts";
import type { Provider } from "../../contract/ports.ts";
import { type AwsClients, createAwsClients } from "./clients.ts";
import type { ApiClient, StageContext } from "./context.ts";
import { createConsumption, readMark } from "./consumption.ts";
import { createControl } from "./control.ts";
import { readOutputs, readToken } from "./describe.ts";
import { endpointOf } from "./endpoint.ts";
import type { ErrorPlace } from "./errors.ts";
import { createFollower } from "./follower.ts";
import { createIntake } from "./intake.ts";
import { createLogs } from "./logs/index.ts";
import { createDocuments } from "./objects.ts";
import { createQueue } from "./queue/index.ts";
import { openQueues } from "./queue/open.ts";
import { createReader } from "./reader.ts";
import { createInspector } from "./status/index.ts";

export type { ApiClient } from "./context.ts";
export { prepareClients } from "./clients.ts";

export interface AwsProviderOptions {
  /** Makes a client of the stage's API: `createClient` of `ai-pipeline/client`. */
  connect(options: {
    url: string;
    token: string;
    socketUrl: string;
    timings: { request: number };
  }): ApiClient | Promise<ApiClient>;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
}

/** Of two tries: whoever waits at a terminal is told after 30 s, which is the gateway's own limit. */
const API_REQUEST_MS = 15_000;

/** Stages on AWS, or on anything that speaks as AWS does. */
export function createAwsProvider({ connect, clock, env }: AwsProviderOptions): Provider {
  return {
    openQueues: (target) => openQueues(target, env, clock),
    async open(target, { signal }) {
      const { app, stage, profile, token, description } = target;
      const endpoint = endpointOf(target.endpoint, env);
      const clients = createAwsClients(target, env);
      const place = {
        stage,
        ...(endpoint ? { endpoint } : {}),
        ...(profile ? { profile } : {}),
        ...(token ? { tokenFrom: token.from } : {}),
      };
      try {
        const { outputs: told, mark } = description ?? (await readStage(clients, app, place, signal));
        const outputs = reachableOutputs(told, endpoint);
        let api: Promise<ApiClient> | undefined;
        const open = async () =>
          connect({
            url: outputs.httpUrl,
            token: token?.value ?? description?.token ?? (await readToken(clients, outputs, place)),
            socketUrl: outputs.socketUrl,
            timings: { request: API_REQUEST_MS },
          });
        const context: StageContext = { clients, outputs, place, clock, api: () => (api ??= open()) };
        const reader = createReader(context);
        return {
          ref: {
            app: outputs.app,
            stage: outputs.stage,
            account: outputs.account,
            region: outputs.region,
            ...(endpoint ? { endpoint } : {}),
          },
          outputs,
          mark,
          intake: createIntake(context),
          follower: createFollower(context),
          reader,
          control: createControl(context, reader),
          consumption: createConsumption(context),
          documents: createDocuments(context),
          queue: createQueue(context),
          logs: createLogs(context),
          inspector: createInspector(context),
          close: () => clients.close(),
        };
      } catch (error) {
        await clients.close();
        throw error;
      }
    },
  };
}

async function readStage(clients: AwsClients, app: string, place: ErrorPlace, signal: AbortSignal) {
  const [outputs, mark] = await Promise.all([
    readOutputs(clients, app, place, signal),
    readMark(clients, app, place, signal),
  ]);
  return { outputs, mark };
}
