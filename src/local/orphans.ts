import { taskIdOf } from "../contract/dead-message.ts";
import { taskKey } from "../contract/table.ts";
import type { Services } from "./services.ts";

/**
 * Frees what the functions of an earlier run of the stack were at work on: they ended with it, killed or not. AWS never ends
 * all functions at once, and there leases and visibility timeouts may run out; a restart of `dev` would keep its tasks waiting
 * for six times the function's timeout. Messages that wait between attempts have no lease and stay where they are.
 */
export async function freeOrphans(
  { sqs, dynamodb }: Pick<Services, "sqs" | "dynamodb">,
  { queue, tasksTable }: { queue: string; tasksTable: string },
): Promise<void> {
  for (const { messageId, body, release } of sqs.received(queue)) {
    const taskId = taskIdOf(body);
    if (taskId === undefined) continue;
    const freed = await dynamodb.edit(tasksTable, taskKey(taskId), ({ lease, ...rest }) =>
      lease?.M?.["messageId"]?.S === messageId ? rest : undefined,
    );
    if (freed) release();
  }
}
