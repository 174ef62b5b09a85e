import { randomUUID } from "node:crypto";
import * as SDK from "@aws-sdk/client-sqs";

/** What a case is given: a client, and queues of its own. */
export interface Queues {
  sqs: SDK.SQSClient;
  create(attributes?: Record<string, string>, tags?: Record<string, string>): Promise<TestQueue>;
  createFifo(attributes?: Record<string, string>): Promise<TestQueue>;
  /** A queue whose messages go to the other after so many receives. */
  createWithDeadLetters(
    maxReceiveCount: number,
    attributes?: Record<string, string>,
  ): Promise<{ source: TestQueue; dead: TestQueue }>;
}

/** A name no other case uses. */
export const uniqueName = (prefix = "queue") => `${prefix}-${randomUUID().slice(0, 13)}`;

export function createQueues(sqs: SDK.SQSClient): Queues {
  const create = async (QueueName: string, Attributes?: Record<string, string>, tags?: Record<string, string>) => {
    const { QueueUrl = "" } = await sqs.send(new SDK.CreateQueueCommand({ QueueName, Attributes, tags }));
    return new TestQueue(sqs, QueueUrl);
  };
  const createOne = (attributes?: Record<string, string>, tags?: Record<string, string>) =>
    create(uniqueName(), attributes, tags);
  const createFifo = (attributes: Record<string, string> = {}) =>
    create(`${uniqueName()}.fifo`, { FifoQueue: "true", ContentBasedDeduplication: "true", ...attributes });
  return {
    sqs,
    create: createOne,
    createFifo,
    async createWithDeadLetters(maxReceiveCount, attributes = {}) {
      const make = attributes["FifoQueue"] === "true" ? createFifo : createOne;
      const dead = await make(attributes);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await dead.arn(), maxReceiveCount });
      return { dead, source: await make({ ...attributes, RedrivePolicy }) };
    },
  };
}

type Without<T> = Omit<T, "QueueUrl">;

/** One queue, by the real client. */
export class TestQueue {
  readonly sqs: SDK.SQSClient;
  readonly url: string;

  constructor(sqs: SDK.SQSClient, url: string) {
    this.sqs = sqs;
    this.url = url;
  }

  send(MessageBody: string, more: Partial<SDK.SendMessageCommandInput> = {}) {
    const group = this.url.endsWith(".fifo") ? { MessageGroupId: "group" } : {};
    return this.sqs.send(new SDK.SendMessageCommand({ QueueUrl: this.url, MessageBody, ...group, ...more }));
  }

  sendBatch(Entries: SDK.SendMessageBatchRequestEntry[]) {
    return this.sqs.send(new SDK.SendMessageBatchCommand({ QueueUrl: this.url, Entries }));
  }

  /** Up to ten messages, without a wait, with all they have. */
  async receive(more: Without<Partial<SDK.ReceiveMessageCommandInput>> = {}): Promise<SDK.Message[]> {
    const { Messages = [] } = await this.sqs.send(
      new SDK.ReceiveMessageCommand({
        QueueUrl: this.url,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
        ...more,
      }),
    );
    return Messages;
  }

  /** Receives one message within the time, in seconds. @throws Error when none comes. */
  async receiveOne(more: Without<Partial<SDK.ReceiveMessageCommandInput>> = {}): Promise<ReceivedMessage> {
    const [message] = await this.receive({ MaxNumberOfMessages: 1, WaitTimeSeconds: 5, ...more });
    if (message?.ReceiptHandle === undefined) throw new Error("No message came.");
    return { ...message, ReceiptHandle: message.ReceiptHandle };
  }

  async bodies(more: Without<Partial<SDK.ReceiveMessageCommandInput>> = {}) {
    return (await this.receive(more)).map(({ Body }) => Body);
  }

  remove({ ReceiptHandle }: SDK.Message) {
    return this.sqs.send(new SDK.DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
  }

  changeVisibility({ ReceiptHandle }: SDK.Message, VisibilityTimeout: number) {
    const input = { QueueUrl: this.url, ReceiptHandle, VisibilityTimeout };
    return this.sqs.send(new SDK.ChangeMessageVisibilityCommand(input));
  }

  async attributes(...names: SDK.QueueAttributeName[]): Promise<Record<string, string>> {
    const { Attributes = {} } = await this.sqs.send(
      new SDK.GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: names }),
    );
    return Attributes;
  }

  set(Attributes: Record<string, string>) {
    return this.sqs.send(new SDK.SetQueueAttributesCommand({ QueueUrl: this.url, Attributes }));
  }

  async arn(): Promise<string> {
    return (await this.attributes("QueueArn"))["QueueArn"] ?? "";
  }

  /** Visible, in flight, delayed. */
  async counts(): Promise<number[]> {
    const names = [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
    ] as const;
    const counts = await this.attributes(...names);
    return names.map((name) => Number(counts[name]));
  }
}

type ReceivedMessage = SDK.Message & { ReceiptHandle: string };
