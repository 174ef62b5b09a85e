import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CASES } from "./cases/index.ts";
import type { Deviations } from "./deviations/index.ts";
import { createQueues } from "./test-queue.ts";

/** A server that speaks Amazon SQS. */
export interface QueueHarness {
  start(): Promise<{ endpoint: string; close(): Promise<void> }>;
  /** By the title of the case. */
  deviations?: Deviations;
}

/**
 * What Amazon SQS promises, asked of one server by the SDK. Where the server is known to differ, the case must fail as it is
 * declared: a server that was mended is noticed, and so is one that differs in another way than we wrote down.
 */
export function createQueueContractSuite(name: string, { start, deviations = {} }: QueueHarness): void {
  describe.concurrent(`queue: ${name}`, () => {
    let server: Awaited<ReturnType<QueueHarness["start"]>>;
    let sqs: SQSClient;
    beforeAll(async () => {
      server = await start();
      sqs = new SQSClient({
        endpoint: server.endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        // What a server answers at first is what counts.
        maxAttempts: 1,
      });
    });
    afterAll(async () => {
      sqs.destroy();
      await server.close();
    });

    for (const [title, run] of Object.entries(CASES)) {
      const deviation = deviations[title];
      test(`${title}${deviation ? ` [differs: ${deviation.does}]` : ""}`, async () => {
        const failure = await failureOf(() => run(createQueues(sqs)));
        if (!deviation && failure) throw failure;
        expect(failure?.message ?? "it holds", "the declared deviation").toMatch(deviation?.shows ?? "it holds");
      });
    }

    test("every declared deviation is one of a case", () => {
      expect(Object.keys(CASES)).toEqual(expect.arrayContaining(Object.keys(deviations)));
    });
  });
}

async function failureOf(run: () => Promise<void>): Promise<Error | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
