import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { systemClock } from "../../../contract/clock.ts";
import { createKernel } from "../../kernel.ts";
import { listen } from "../../server.ts";
import { createDynamoDb, type DynamoDbService } from "../index.ts";

export interface Started {
  endpoint: string;
  service: DynamoDbService;
  client: DynamoDBClient;
  documents: DynamoDBDocumentClient;
  close(): Promise<void>;
}

/** One DynamoDB on a port of its own, with the real SDK's clients. */
export async function start(
  options: { stateDir?: string; sweepIntervalMs?: number; client?: DynamoDBClientConfig } = {},
): Promise<Started> {
  const kernel = await createKernel({
    clock: systemClock,
    speed: 1,
    random: Math.random,
    onEvent: () => {},
    ...(options.stateDir ? { stateDir: options.stateDir } : {}),
  });
  const service = createDynamoDb(
    kernel.context,
    options.sweepIntervalMs === undefined ? {} : { sweepIntervalMs: options.sweepIntervalMs },
  );
  const server = await listen({ port: 0, route: (exchange) => service.handle(exchange) });
  kernel.setEndpoint(server.endpoint);
  const client = new DynamoDBClient({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
    ...options.client,
  });
  return {
    endpoint: server.endpoint,
    service,
    client,
    documents: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    async close() {
      client.destroy();
      await server.close();
      await service.close();
    },
  };
}

/** A folder that goes away with the test. */
export function temporaryFolder(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "ai-pipeline-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
