/**
 * What a script of one's own does with the AWS SDK, as fast as it can: `node raw-loop.ts <endpoint> <from> <to> <loops>`. It
 * receives, sends and deletes by tens, forgets what it did, and stops at the first empty receive.
 */
import { Agent } from "node:http";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const [endpoint = "", from = "", to = "", loops = ""] = process.argv.slice(2);
const sqs = new SQSClient({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: Number(loops) }) },
});

async function loop(): Promise<void> {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: from, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }),
    );
    if (Messages.length === 0) return;
    const sent = Messages.map(({ Body, MessageAttributes }, at) => ({
      Id: String(at),
      MessageBody: Body,
      MessageAttributes,
    }));
    const { Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: to, Entries: sent }));
    if (Failed?.length) throw new Error("A message was not sent.");
    const done = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: from, Entries: done }));
  }
}

await Promise.all(Array.from({ length: Number(loops) }, loop));
sqs.destroy();
