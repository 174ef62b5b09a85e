import { setTimeout as sleep } from "node:timers/promises";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll } from "vitest";
import { startElasticMq } from "../../../scripts/peers/elasticmq.ts";
import type { RunningServer } from "../../../scripts/peers/server.ts";
import { moverChaos } from "../../mover/chaos.ts";
import { describeWith, peerContext } from "../tools.ts";

/** Leases of two seconds, which end in real time there. */
const LEASE_DIVISOR = 60;

describeWith("elasticmq", () => {
  let server: RunningServer;
  let client: SQSClient;
  beforeAll(async () => {
    server = await startElasticMq(peerContext());
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    client = new SQSClient({ endpoint: server.endpoint, region: "us-east-1", credentials });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  moverChaos(() => ({ client, endpoint: server.endpoint, leaseDivisor: LEASE_DIVISOR, endLeases: () => sleep(2500) }));
});
