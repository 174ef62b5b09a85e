import { type DeadMessage, type ReconcileRequest, taskIdOf } from "../contract/dead-message.ts";
import { taskKey } from "../contract/table.ts";
import type { LocalContext } from "./context.ts";
import type { Services } from "./services.ts";

/** Letters that come soon after each other are told of in one call. */
const GATHER_MS = 20;
const MOST_A_CALL = 500;

/**
 * Calls the reconciler as soon as a message is moved to the dead-letter queue whose task does not know of it: the function
 * could not be started, or died in the last attempt. On AWS the schedule's next run finds it.
 *
 * @returns ends it.
 */
export function tellOfDeadMessages(
  ctx: LocalContext,
  { sqs, lambda, dynamodb }: Pick<Services, "sqs" | "lambda" | "dynamodb">,
  names: { deadLetterQueue: string; tasksTable: string; reconciler: string },
): () => void {
  const gathered: DeadMessage[] = [];
  let telling: Promise<void> | undefined;
  let ended = false;

  const isKnown = async ({ taskId, messageId }: DeadMessage) => {
    let known = true;
    await dynamodb.edit(names.tasksTable, taskKey(taskId), ({ status, generationMessageId }) => {
      known = status?.S === "deadlettered" && generationMessageId?.S === messageId;
      return undefined;
    });
    return known;
  };
  const tell = async () => {
    while (gathered.length > 0 && !ended) {
      await ctx.clock.sleep(GATHER_MS);
      const lot = gathered.splice(0, MOST_A_CALL);
      const known = await Promise.all(lot.map(isKnown));
      const dead = lot.filter((_, index) => !known[index]);
      const request: ReconcileRequest = { dead };
      if (dead.length > 0 && !ended) await lambda.invoke(names.reconciler, JSON.stringify(request));
    }
  };
  const unsubscribe = sqs.onDeadLetter(({ queue, messageId, body, sentAt, held }) => {
    const taskId = queue === names.deadLetterQueue ? taskIdOf(body) : undefined;
    if (taskId === undefined) return;
    gathered.push({ taskId, messageId, sentAt, ...(held ? {} : { over: true }) });
    telling ??= tell()
      // The schedule's next run looks for itself.
      .catch((error: unknown) => {
        if (!ended) ctx.failed("The reconciler could not be called", error);
      })
      .finally(() => (telling = undefined));
  });
  return () => {
    ended = true;
    unsubscribe();
  };
}
