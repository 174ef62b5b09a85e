import { AbortError, PipelineError } from "../../../contract/errors.ts";
import { type CallSqs, sqs } from "./call.ts";

/** PurgeQueue, which a queue takes once in 60 seconds. */
export function createPurge(call: CallSqs) {
  return async (QueueUrl: string): Promise<void> => {
    const { PurgeQueueCommand } = await sqs();
    try {
      await call("PurgeQueue", (client) => client.send(new PurgeQueueCommand({ QueueUrl })));
    } catch (error) {
      const cause = error instanceof PipelineError ? error.cause : error;
      if (!(cause instanceof Error && /PurgeQueueInProgress/.test(cause.name))) throw error;
      throw new AbortError("The queue was purged less than 60 seconds ago, and can be purged once in 60 seconds.", {
        code: "PURGE_IN_PROGRESS",
        where: QueueUrl,
        hint: "Wait a minute: a purge also takes up to 60 seconds to show. With a backup there is nothing to wait for: leave --no-backup out.",
        cause: error,
      });
    }
  };
}
