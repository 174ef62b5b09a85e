import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { failure, useCli } from "./clients/cli-suite.ts";
import { describeWith } from "./tools.ts";

const ARN = "arn:aws:sqs:us-east-1:000000000000";
const BODY = 'Ünï, with "quotes"';

describeWith("aws-python", (bin) => {
  const suite = useCli(bin);
  const url = (name: string) => `${suite().stack.endpoint}/000000000000/${name}`;

  it("sqs: a message's life, from the queue to the dead-letter queue and back", async () => {
    const { aws } = suite();
    expect(await aws.json("sqs create-queue --queue-name dead")).toEqual({ QueueUrl: url("dead") });
    const attributes = JSON.stringify({
      VisibilityTimeout: "1",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `${ARN}:dead`, maxReceiveCount: 1 }),
    });
    await aws.json("sqs create-queue --queue-name jobs --attributes", attributes, "--tags", "team=a");
    expect(await aws.json("sqs list-queues")).toEqual({ QueueUrls: [url("dead"), url("jobs")] });
    expect(await aws.json("sqs get-queue-url --queue-name jobs")).toEqual({ QueueUrl: url("jobs") });
    const sent = await aws.json(`sqs send-message --queue-url ${url("jobs")} --message-body`, BODY);
    expect(sent).toEqual({
      MD5OfMessageBody: createHash("md5").update(BODY).digest("hex"),
      MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(
      await aws.json(`sqs receive-message --queue-url ${url("jobs")} --message-system-attribute-names All`),
    ).toMatchObject({
      Messages: [{ Body: BODY, Attributes: { ApproximateReceiveCount: "1", SenderId: "test" } }],
    });
    // Received once too often: the next receive finds nothing, and the message is a dead letter.
    const next = await aws.run(`sqs receive-message --queue-url ${url("jobs")} --wait-time-seconds 2`);
    expect(next).toEqual({ code: 0, stdout: "", stderr: "" });
    const counts = "--attribute-names ApproximateNumberOfMessages";
    expect(await aws.json(`sqs get-queue-attributes --queue-url ${url("dead")} ${counts}`)).toEqual({
      Attributes: { ApproximateNumberOfMessages: "1" },
    });
    expect(await aws.json(`sqs list-dead-letter-source-queues --queue-url ${url("dead")}`)).toEqual({
      queueUrls: [url("jobs")],
    });
    expect(await aws.json(`sqs start-message-move-task --source-arn ${ARN}:dead`)).toEqual({
      TaskHandle: expect.any(String),
    });
    await expect
      .poll(() => aws.json(`sqs list-message-move-tasks --source-arn ${ARN}:dead`), { timeout: 10_000 })
      .toMatchObject({ Results: [{ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 1 }] });
    expect(await aws.json(`sqs get-queue-attributes --queue-url ${url("jobs")} ${counts}`)).toEqual({
      Attributes: { ApproximateNumberOfMessages: "1" },
    });
    expect(await aws.json(`sqs list-queue-tags --queue-url ${url("jobs")}`)).toEqual({ Tags: { team: "a" } });
    expect(await aws.run(`sqs purge-queue --queue-url ${url("jobs")}`)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await aws.run(`sqs purge-queue --queue-url ${url("jobs")}`)).toEqual(
      failure(
        "AWS.SimpleQueueService.PurgeQueueInProgress",
        "PurgeQueue",
        "Only one PurgeQueue operation on jobs is allowed every 60 seconds.",
      ),
    );
  });

  it("sqs: batches fail entry by entry", async () => {
    const { aws } = suite();
    await aws.json("sqs create-queue --queue-name batches");
    const entries = JSON.stringify([
      { Id: "good", MessageBody: "x" },
      { Id: "late", MessageBody: "x", DelaySeconds: 901 },
    ]);
    expect(await aws.json(`sqs send-message-batch --queue-url ${url("batches")} --entries`, entries)).toEqual({
      Successful: [{ Id: "good", MessageId: expect.any(String), MD5OfMessageBody: "9dd4e461268c8034f5c8564e155c67a6" }],
      Failed: [
        {
          Id: "late",
          SenderFault: true,
          Code: "InvalidParameterValue",
          Message: "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
        },
      ],
    });
  });

  it.each([
    [
      "get-queue-url --queue-name none",
      "AWS.SimpleQueueService.NonExistentQueue",
      "GetQueueUrl",
      "The specified queue does not exist.",
    ],
    [
      "create-queue --queue-name jobs.fifo",
      "InvalidParameterValue",
      "CreateQueue",
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    ],
    [
      `start-message-move-task --source-arn ${ARN}:none`,
      "ResourceNotFoundException",
      "StartMessageMoveTask",
      "The resource that you specified for the SourceArn parameter doesn't exist.",
    ],
    [
      "create-queue --queue-name q --attributes VisibilityTimeout=43201",
      "InvalidAttributeValue",
      "CreateQueue",
      "Invalid value for the parameter VisibilityTimeout.",
    ],
  ])("sqs %s is refused", async (words, code, operation, message) => {
    expect(await suite().aws.run(`sqs ${words}`)).toEqual(failure(code, operation, message));
  });
});
