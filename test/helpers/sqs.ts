import type { DatabaseSync } from "node:sqlite";
import { SQSClient } from "@aws-sdk/client-sqs";
import { type Clock, systemClock } from "../../src/contract/clock.ts";
import type { StackEvent } from "../../src/local/context.ts";
import { createKernel } from "../../src/local/kernel.ts";
import { listen } from "../../src/local/server.ts";
import { createSqs, type SqsOptions, type SqsService } from "../../src/local/sqs/index.ts";

export interface SqsStack extends AsyncDisposable {
  sqs: SqsService;
  client: SQSClient;
  endpoint: string;
  events: StackEvent[];
  /** The database it opened. */
  database: DatabaseSync;
  close(): Promise<void>;
}

/** Serves SQS alone on a free port, with a real client; in memory unless it is given a folder. */
export async function startSqs(
  options: { clock?: Clock; speed?: number; dir?: string; faults?: SqsOptions["faults"] } = {},
): Promise<SqsStack> {
  const events: StackEvent[] = [];
  const { context, setEndpoint } = await createKernel({
    clock: options.clock ?? systemClock,
    speed: options.speed ?? 1,
    random: Math.random,
    onEvent: (event) => events.push(event),
    ...(options.dir === undefined ? {} : { stateDir: options.dir }),
  });
  const database = context.openDatabase("sqs");
  const sqs = createSqs({ ...context, openDatabase: () => database }, options.faults ? { faults: options.faults } : {});
  const listening = await listen({ port: 0, route: (exchange) => sqs.handle(exchange) });
  setEndpoint(listening.endpoint);
  const client = new SQSClient({
    endpoint: listening.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
  const close = async () => {
    client.destroy();
    await listening.close();
    await sqs.close();
  };
  return { sqs, client, endpoint: listening.endpoint, events, database, close, [Symbol.asyncDispose]: close };
}
