import { acceptedItems } from "../../contract/accepted.ts";
import { AbortError } from "../../contract/errors.ts";
import type { SubmitResponse } from "../../contract/http.ts";
import { messageText } from "../../contract/json.ts";
import type { TaskIntake } from "../../contract/ports.ts";
import { dayItem, taskKey } from "../../contract/table.ts";
import type { SubmitRequest, Task } from "../../contract/task.ts";
import { callingApi } from "./api-errors.ts";
import type { StageContext } from "./context.ts";
import { calling } from "./errors.ts";
import { attributesOf, plainItem, recordOf } from "./item.ts";
import { markReplay } from "./replay.ts";

/** Accepts tasks through the API, or past it. */
export function createIntake(stage: StageContext): TaskIntake {
  const { outputs, place, clients, clock } = stage;

  /** @returns the status of the task's record, made if there was none. */
  async function record(
    task: Task,
  ): Promise<{ status: SubmitResponse["status"]; duplicate: boolean; queued: boolean }> {
    const { TransactWriteItemsCommand, GetItemCommand, PutItemCommand } = await import("@aws-sdk/client-dynamodb");
    const dynamodb = await clients.dynamodb();
    const at = new Date(clock.now()).toISOString();
    const items = acceptedItems(task, at);
    await dynamodb.send(new PutItemCommand({ TableName: outputs.tasksTable, Item: attributesOf(dayItem(at)) }));
    try {
      await dynamodb.send(
        new TransactWriteItemsCommand({
          TransactItems: items.map((item) => ({
            Put: {
              TableName: outputs.tasksTable,
              Item: attributesOf(item),
              ConditionExpression: "attribute_not_exists(pk)",
            },
          })),
        }),
      );
      return { status: "accepted", duplicate: false, queued: false };
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "TransactionCanceledException") throw error;
    }
    const { Item } = await dynamodb.send(
      new GetItemCommand({
        TableName: outputs.tasksTable,
        Key: attributesOf(taskKey(task.taskId)),
        ConsistentRead: true,
      }),
    );
    if (!Item)
      throw new AbortError(`The task ${task.taskId} could not be written; it may be in use by another writer.`, {
        code: "TASK_CONFLICT",
        where: task.taskId,
        hint: "Run the command again.",
      });
    const found = recordOf(plainItem(Item));
    if (found.task.prompt !== task.prompt || found.task.userId !== task.userId) {
      throw new AbortError(`The id ${task.taskId} belongs to another task.`, {
        code: "TASK_CONFLICT",
        where: "--task-id",
        hint: "Leave the id out to get a new one.",
      });
    }
    return {
      status: found.status,
      duplicate: true,
      queued: found.queuedAt !== undefined || found.endedAt !== undefined,
    };
  }

  async function sendMessage(task: Task): Promise<void> {
    const { SendMessageCommand } = await import("@aws-sdk/client-sqs");
    const sqs = await clients.sqs();
    await sqs.send(new SendMessageCommand({ QueueUrl: outputs.queueUrl, MessageBody: messageText(task) }));
  }

  async function send(task: Task): Promise<void> {
    await sendMessage(task);
    const { UpdateItemCommand } = await import("@aws-sdk/client-dynamodb");
    // The worker may have written since: only the mark is set, and the version that guards its own writes goes on.
    await (
      await clients.dynamodb()
    )
      .send(
        new UpdateItemCommand({
          TableName: outputs.tasksTable,
          Key: attributesOf(taskKey(task.taskId)),
          UpdateExpression: "SET queuedAt = :at ADD version :one",
          ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(queuedAt)",
          ExpressionAttributeValues: attributesOf({ ":at": new Date(clock.now()).toISOString(), ":one": 1 }),
        }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== "ConditionalCheckFailedException") throw error;
      });
  }

  return {
    async resend(task, kind) {
      await markReplay(stage, task.taskId, kind);
      await calling("sqs:SendMessage", place, () => sendMessage(task));
    },
    accept: async (request, { signal }) =>
      callingApi(outputs.httpUrl, place, async () => (await stage.api()).submit(request, { signal })),
    async enqueue(request) {
      const task = ownedTask(request);
      const { status, duplicate, queued } = await calling("dynamodb:TransactWriteItems", place, () => record(task));
      if (!queued) await calling("sqs:SendMessage", place, () => send(task));
      // No API, no ticket: whoever follows uses the stage's token.
      return {
        v: 1,
        taskId: task.taskId,
        status,
        duplicate,
        socketUrl: outputs.socketUrl,
        ticket: "",
        ticketExpiresAt: new Date(0).toISOString(),
      };
    },
  };
}

/** The API gives a service's tasks the same owner when none is named. */
function ownedTask(request: SubmitRequest): Task {
  return { ...request, taskId: request.taskId ?? crypto.randomUUID(), userId: request.userId ?? "service" };
}
