import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { systemClock } from "../../../contract/clock.ts";
import type { StackEvent } from "../../context.ts";
import { createKernel } from "../../kernel.ts";
import { listen } from "../../server.ts";
import { createS3, type S3Service } from "../index.ts";

export interface Started {
  endpoint: string;
  service: S3Service;
  client: S3Client;
  /** A client with other settings, for the same service. */
  clientWith(config: S3ClientConfig): S3Client;
  events: StackEvent[];
  /** Moves the service's clock, in milliseconds. */
  advance(ms: number): void;
  close(): Promise<void>;
}

/** One S3 on a port of its own, with the real SDK's client. Bodies are in memory unless a folder is given. */
export async function start(options: { stateDir?: string } = {}): Promise<Started> {
  let offset = 0;
  const events: StackEvent[] = [];
  const kernel = await createKernel({
    clock: { ...systemClock, now: () => Date.now() + offset },
    speed: 1,
    random: Math.random,
    onEvent: (event) => events.push(event),
    ...(options.stateDir ? { stateDir: options.stateDir } : {}),
  });
  const service = createS3(kernel.context, options.stateDir ? { dir: join(options.stateDir, "objects") } : {});
  const server = await listen({ port: 0, route: (exchange) => service.handle(exchange) });
  kernel.setEndpoint(server.endpoint);
  const clients: S3Client[] = [];
  const clientWith = (config: S3ClientConfig) => {
    const client = new S3Client({
      endpoint: server.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 1,
      ...config,
    });
    clients.push(client);
    return client;
  };
  return {
    endpoint: server.endpoint,
    service,
    client: clientWith({}),
    clientWith,
    events,
    advance: (ms) => void (offset += ms),
    async close() {
      for (const client of clients) client.destroy();
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
