import type { Message, MessageAttributeValue, SQSClient } from "@aws-sdk/client-sqs";
import { ExternalError } from "../../contract/errors.ts";
import type { LeasedMessage, MoveTask, QueuePort } from "../../contract/ports.ts";
import type { StageContext } from "./context.ts";
import { calling } from "./errors.ts";

/** SQS: a queue is named by its URL, a lease by its receipt handle. */
export function createQueue({ clients, place }: StageContext): QueuePort {
  const sqs = () => import("@aws-sdk/client-sqs");
  const call = async <T>(action: string, run: (client: SQSClient) => Promise<T>): Promise<T> => {
    const client = await clients.sqs();
    return calling(`sqs:${action}`, place, () => run(client));
  };
  const arnOf = async (QueueUrl: string): Promise<string> => {
    const { GetQueueAttributesCommand } = await sqs();
    const { Attributes } = await call("GetQueueAttributes", (client) =>
      client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] })),
    );
    if (Attributes?.QueueArn) return Attributes.QueueArn;
    throw new ExternalError(`The queue ${QueueUrl} has no ARN.`, { code: "QUEUE_ARN_MISSING", where: QueueUrl });
  };

  return {
    async stats(QueueUrl) {
      const { GetQueueAttributesCommand } = await sqs();
      const AttributeNames = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ] as const;
      const { Attributes = {} } = await call("GetQueueAttributes", (client) =>
        client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] })),
      );
      const count = (name: (typeof AttributeNames)[number]) => Number(Attributes[name] ?? 0);
      return {
        visible: count("ApproximateNumberOfMessages"),
        inFlight: count("ApproximateNumberOfMessagesNotVisible"),
        delayed: count("ApproximateNumberOfMessagesDelayed"),
      };
    },
    async lease(QueueUrl, { max, seconds, waitSeconds, signal }) {
      const { ReceiveMessageCommand } = await sqs();
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(10, max),
        VisibilityTimeout: seconds,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      });
      const { Messages = [] } = await call("ReceiveMessage", (client) => client.send(command, { abortSignal: signal }));
      return Messages.map(leased);
    },
    async send(QueueUrl, entries) {
      const { SendMessageBatchCommand } = await sqs();
      const Entries = entries.map(({ body, attributes }, index) => ({
        Id: String(index),
        MessageBody: body,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, attributeValue(value)]),
        ),
      }));
      const { Successful = [], Failed = [] } = await call("SendMessage", (client) =>
        client.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
      );
      return entries.map((_, index) => {
        const sent = Successful.find(({ Id }) => Id === String(index));
        if (sent) return { messageId: sent.MessageId ?? "" };
        return { error: Failed.find(({ Id }) => Id === String(index))?.Message ?? "SQS did not say" };
      });
    },
    async remove(QueueUrl, leases) {
      const { DeleteMessageBatchCommand } = await sqs();
      const Entries = leases.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      const { Failed = [] } = await call("DeleteMessage", (client) =>
        client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })),
      );
      return leases.map((_, index) => {
        const failure = Failed.find(({ Id }) => Id === String(index));
        return failure ? { error: failure.Message ?? failure.Code ?? "SQS did not say" } : { ok: true };
      });
    },
    async extend(QueueUrl, ReceiptHandle, VisibilityTimeout) {
      const { ChangeMessageVisibilityCommand } = await sqs();
      await call("ChangeMessageVisibility", (client) =>
        client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
      );
    },
    move: {
      async start(queue, { destination, maxPerSecond }) {
        const { StartMessageMoveTaskCommand } = await sqs();
        const SourceArn = await arnOf(queue);
        const command = new StartMessageMoveTaskCommand({
          SourceArn,
          ...(destination ? { DestinationArn: await arnOf(destination) } : {}),
          ...(maxPerSecond ? { MaxNumberOfMessagesPerSecond: maxPerSecond } : {}),
        });
        return (await call("StartMessageMoveTask", (client) => client.send(command))).TaskHandle ?? "";
      },
      async list(queue) {
        const { ListMessageMoveTasksCommand } = await sqs();
        const SourceArn = await arnOf(queue);
        const { Results = [] } = await call("ListMessageMoveTasks", (client) =>
          client.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 })),
        );
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
    },
  };
}

const STATUSES: readonly MoveTask["status"][] = ["RUNNING", "COMPLETED", "CANCELLING", "CANCELLED", "FAILED"];

function leased(message: Message): LeasedMessage {
  const system = message.Attributes ?? {};
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(
    ([name, value]): [string, LeasedMessage["attributes"][string]] => [
      name,
      {
        type: value.DataType ?? "String",
        ...(value.StringValue === undefined ? {} : { text: value.StringValue }),
        ...(value.BinaryValue === undefined ? {} : { binary: value.BinaryValue }),
      },
    ],
  );
  return {
    messageId: message.MessageId ?? "",
    body: message.Body ?? "",
    lease: message.ReceiptHandle ?? "",
    receiveCount: Number(system.ApproximateReceiveCount ?? 1),
    sentAt: Number(system.SentTimestamp ?? 0),
    attributes: Object.fromEntries(attributes),
    system: Object.fromEntries(Object.entries(system)),
  };
}

function attributeValue({ type, text, binary }: LeasedMessage["attributes"][string]): MessageAttributeValue {
  return {
    DataType: type,
    ...(text === undefined ? {} : { StringValue: text }),
    ...(binary === undefined ? {} : { BinaryValue: binary }),
  };
}
