import type { SQSClient } from "@aws-sdk/client-sqs";
import type { QueuePort } from "../../src/contract/queue.ts";
import { createQueue } from "../../src/providers/aws/queue/index.ts";

const never = async (): Promise<never> => {
  throw new Error("not needed");
};

/** @returns the port to SQS as commands have it, by a client of the test's own. */
export const queuePortOf = (client: SQSClient): QueuePort =>
  createQueue({
    clients: {
      sqs: async () => client,
      ssm: never,
      dynamodb: never,
      s3: never,
      logs: never,
      cloudwatch: never,
      lambda: never,
      sts: never,
      cloudformation: never,
      close: never,
    },
    place: { stage: "local" },
  });
