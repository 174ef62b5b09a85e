import type { SQSClient } from "@aws-sdk/client-sqs";
import type { StageContext } from "../context.ts";
import { calling } from "../errors.ts";

/** Sends one command to SQS; its errors name the permission and the next step. */
export type CallSqs = <T>(action: string, run: (client: SQSClient) => Promise<T>) => Promise<T>;

export function createCall({ clients, place }: Pick<StageContext, "clients" | "place">): CallSqs {
  return async (action, run) => {
    const client = await clients.sqs();
    return calling(`sqs:${action}`, place, () => run(client));
  };
}

/** Loaded when the first command is made. */
export const sqs = () => import("@aws-sdk/client-sqs");
