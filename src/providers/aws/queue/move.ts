import { ExternalError } from "../../../contract/errors.ts";
import type { MoveTask, QueuePort } from "../../../contract/queue.ts";
import { type CallSqs, sqs } from "./call.ts";
import { isUnsupported } from "./directory.ts";

/** SQS's message move tasks, from a dead-letter queue alone. */
export function createMove(call: CallSqs): NonNullable<QueuePort["move"]> {
  const arnOf = async (QueueUrl: string): Promise<string> => {
    const { GetQueueAttributesCommand } = await sqs();
    const { Attributes } = await call("GetQueueAttributes", (client) =>
      client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] })),
    );
    if (Attributes?.QueueArn) return Attributes.QueueArn;
    throw new ExternalError(`The queue ${QueueUrl} has no ARN.`, { code: "QUEUE_ARN_MISSING", where: QueueUrl });
  };
  return {
    async start(queue, { destination, maxPerSecond }) {
      const { StartMessageMoveTaskCommand } = await sqs();
      const SourceArn = await arnOf(queue);
      const command = new StartMessageMoveTaskCommand({
        SourceArn,
        ...(destination ? { DestinationArn: await arnOf(destination) } : {}),
        ...(maxPerSecond ? { MaxNumberOfMessagesPerSecond: maxPerSecond } : {}),
      });
      try {
        return (await call("StartMessageMoveTask", (client) => client.send(command))).TaskHandle ?? "";
      } catch (error) {
        throw isUnsupported(error) ? unsupported(queue, error) : error;
      }
    },
    async list(queue) {
      const { ListMessageMoveTasksCommand } = await sqs();
      const SourceArn = await arnOf(queue);
      const { Results = [] } = await call("ListMessageMoveTasks", (client) =>
        client.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 })),
      ).catch((error: unknown) => {
        if (!isUnsupported(error)) throw error;
        // Where there are no move tasks, none is at work.
        return { Results: [] };
      });
      return Results.map((task): MoveTask => ({
        ...(task.TaskHandle ? { handle: task.TaskHandle } : {}),
        status: STATUSES.find((status) => status === task.Status) ?? "RUNNING",
        moved: task.ApproximateNumberOfMessagesMoved ?? 0,
        toMove: task.ApproximateNumberOfMessagesToMove ?? 0,
        startedAt: task.StartedTimestamp ?? 0,
        ...(task.FailureReason ? { failureReason: task.FailureReason } : {}),
      })).toSorted((a, b) => b.startedAt - a.startedAt);
    },
    async cancel(TaskHandle) {
      const { CancelMessageMoveTaskCommand } = await sqs();
      await call("CancelMessageMoveTask", (client) => client.send(new CancelMessageMoveTaskCommand({ TaskHandle })));
    },
  };
}

const STATUSES: readonly MoveTask["status"][] = ["RUNNING", "COMPLETED", "CANCELLING", "CANCELLED", "FAILED"];

function unsupported(where: string, cause: unknown): ExternalError {
  return new ExternalError("the service has no move task for this queue", { code: "MOVE_UNSUPPORTED", where, cause });
}
