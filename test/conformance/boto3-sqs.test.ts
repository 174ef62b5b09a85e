import { expect, it } from "vitest";
import { bytes } from "./clients/boto3.ts";
import { failure, useBoto3 } from "./clients/boto3-suite.ts";
import { describeWith } from "./tools.ts";

/** botocore's model tells JSON from the query protocol of old: its errors have the same codes in both. */
for (const python of ["aws-python", "old-python"] as const) {
  describeWith(python, (bin) => {
    const suite = useBoto3(bin);
    const url = (name: string) => `${suite().stack.endpoint}/000000000000/${name}`;

    it("sqs: queues, messages with attributes of every type, batches, tags", async () => {
      const { boto3 } = suite();
      const QueueUrl = url("jobs");
      const created = await boto3.ok("sqs", "create_queue", {
        QueueName: "jobs",
        Attributes: { VisibilityTimeout: "7" },
        tags: { team: "a" },
      });
      expect(created).toMatchObject({ QueueUrl });
      expect(await boto3.ok("sqs", "list_queues", { QueueNamePrefix: "jo" })).toMatchObject({ QueueUrls: [QueueUrl] });
      expect(
        await boto3.ok("sqs", "get_queue_attributes", { QueueUrl, AttributeNames: ["VisibilityTimeout", "QueueArn"] }),
      ).toMatchObject({
        Attributes: { VisibilityTimeout: "7", QueueArn: "arn:aws:sqs:us-east-1:000000000000:jobs" },
      });
      const MessageAttributes = {
        text: { DataType: "String.label", StringValue: "a<b>&c" },
        count: { DataType: "Number", StringValue: "1.50" },
        raw: { DataType: "Binary.png", BinaryValue: bytes("\u0000\u0001") },
      };
      const sent = await boto3.ok("sqs", "send_message", {
        QueueUrl,
        MessageBody: "line 1\r\nline 2 ü",
        MessageAttributes,
      });
      const received = await boto3.ok("sqs", "receive_message", {
        QueueUrl,
        AttributeNames: ["All"],
        MessageAttributeNames: ["All"],
        WaitTimeSeconds: 1,
      });
      const { MessageId, MD5OfMessageBody, MD5OfMessageAttributes } = sent as Record<string, string>;
      expect(received).toMatchObject({
        Messages: [
          {
            MessageId,
            MD5OfBody: MD5OfMessageBody,
            MD5OfMessageAttributes,
            Body: "line 1\r\nline 2 ü",
            Attributes: { ApproximateReceiveCount: "1" },
            MessageAttributes,
          },
        ],
      });
      const { Messages } = received as { Messages: [{ ReceiptHandle: string }] };
      const Entries = [
        { Id: "one", ReceiptHandle: Messages[0].ReceiptHandle },
        { Id: "two", ReceiptHandle: "nonsense" },
      ];
      expect(await boto3.ok("sqs", "delete_message_batch", { QueueUrl, Entries })).toMatchObject({
        Successful: [{ Id: "one" }],
        Failed: [{ Id: "two", SenderFault: true, Code: "ReceiptHandleIsInvalid" }],
      });
      expect(await boto3.ok("sqs", "list_queue_tags", { QueueUrl })).toMatchObject({ Tags: { team: "a" } });
      await boto3.ok("sqs", "untag_queue", { QueueUrl, TagKeys: ["team"] });
    });

    it("sqs: FIFO queues keep groups in order, and drop what was sent twice", async () => {
      const { boto3 } = suite();
      const QueueUrl = url("ordered.fifo");
      await boto3.ok("sqs", "create_queue", {
        QueueName: "ordered.fifo",
        Attributes: { FifoQueue: "true", ContentBasedDeduplication: "true" },
      });
      const send = (MessageBody: string) =>
        boto3.ok("sqs", "send_message", { QueueUrl, MessageBody, MessageGroupId: "g" });
      const first = await send("one");
      expect(await send("one")).toMatchObject({ SequenceNumber: (first as { SequenceNumber: string }).SequenceNumber });
      await send("two");
      expect(await boto3.ok("sqs", "receive_message", { QueueUrl, MaxNumberOfMessages: 10 })).toMatchObject({
        Messages: [{ Body: "one" }, { Body: "two" }],
      });
    });

    it.each<[string, object, string, string]>([
      [
        "get_queue_url",
        { QueueName: "none" },
        "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist.",
      ],
      [
        "create_queue",
        { QueueName: "jobs", Attributes: { VisibilityTimeout: "8" } },
        "QueueAlreadyExists",
        "A queue already exists with the same name and a different value for attribute VisibilityTimeout",
      ],
      [
        "receive_message",
        { QueueUrl: "/000000000000/jobs", MaxNumberOfMessages: 11 },
        "InvalidParameterValue",
        "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
      ],
      [
        "delete_message",
        { QueueUrl: "/000000000000/jobs", ReceiptHandle: "nonsense" },
        "ReceiptHandleIsInvalid",
        'The input receipt handle "nonsense" is not a valid receipt handle.',
      ],
      [
        "send_message_batch",
        { QueueUrl: "/000000000000/jobs", Entries: [] },
        "AWS.SimpleQueueService.EmptyBatchRequest",
        "There should be at least one SendMessageBatchRequestEntry in the request.",
      ],
      [
        "send_message",
        { QueueUrl: "/000000000000/jobs", MessageBody: "" },
        "MissingParameter",
        "The request must contain the parameter MessageBody.",
      ],
    ])("sqs %s refuses %j", async (operation, params, code, message) => {
      const { boto3, stack } = suite();
      const absolute = Object.fromEntries(
        Object.entries(params).map(([name, value]: [string, unknown]) => [
          name,
          name === "QueueUrl" ? stack.endpoint + String(value) : value,
        ]),
      );
      const name = operation.replace(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase());
      expect(await boto3.fails("sqs", operation, absolute)).toBe(failure(code, name, message));
    });
  });
}
