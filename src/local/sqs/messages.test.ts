import * as SDK from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";
import { type SqsStack, startSqs } from "../../../test/helpers/sqs.ts";

let stack: SqsStack;
let QueueUrl: string;
let count = 0;
const clock = new ManualClock();
beforeAll(async () => {
  stack = await startSqs({ clock });
});
afterAll(() => stack.close());
beforeEach(async () => {
  QueueUrl = await create();
});

const create = async (Attributes: Record<string, string> = {}) =>
  (await stack.client.send(new SDK.CreateQueueCommand({ QueueName: `q-${(count += 1)}`, Attributes }))).QueueUrl ?? "";
const send = (input: Partial<SDK.SendMessageCommandInput> = {}) =>
  stack.client.send(new SDK.SendMessageCommand({ QueueUrl, MessageBody: "hello", ...input }));
const receive = async (input: Partial<SDK.ReceiveMessageCommandInput> = {}) =>
  (await stack.client.send(new SDK.ReceiveMessageCommand({ QueueUrl, ...input }))).Messages ?? [];
const remove = (ReceiptHandle: string | undefined) =>
  stack.client.send(new SDK.DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
const hide = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  stack.client.send(new SDK.ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
const stats = () => stack.sqs.stats(QueueUrl.split("/").at(-1) ?? "");
const text = (StringValue: string) => ({ DataType: "String", StringValue });

describe("SendMessage", () => {
  it("returns digests that the SDK accepts, of body, attributes and system attributes", async () => {
    const sent = await send({
      MessageBody: "grüße 🎈",
      MessageAttributes: {
        Text: text("ü"),
        Count: { DataType: "Number.int", StringValue: "-12.5e3" },
        Bytes: { DataType: "Binary.png", BinaryValue: Uint8Array.of(0, 255, 7) },
      },
      MessageSystemAttributes: { AWSTraceHeader: text("Root=1-5759e988-bd862e3fe1be46a994272793") },
    });
    expect(sent.MD5OfMessageSystemAttributes).toMatch(/^[0-9a-f]{32}$/);
    const [message] = await receive({
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["AWSTraceHeader"],
    });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: "grüße 🎈",
      MD5OfBody: sent.MD5OfMessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      Attributes: { AWSTraceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793" },
      MessageAttributes: {
        Text: text("ü"),
        Count: { DataType: "Number.int", StringValue: "-12.5e3" },
        Bytes: { DataType: "Binary.png", BinaryValue: Uint8Array.of(0, 255, 7) },
      },
    });
  });

  // The digests were recorded from AWS.
  it.each([
    [{ Hello: text("There"), General: text("Kenobi"), "Help.Me": text("Me") }, "4c360f3fdafd970e05fae2f149d997f5"],
    [
      {
        attr1: {
          DataType: "Binary",
          BinaryValue: Buffer.from("traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01"),
        },
      },
      "8cbe4db156db8a94db8b801b7addb984",
    ],
  ])("digests attributes as AWS does (%#)", async (MessageAttributes, digest) => {
    expect((await send({ MessageAttributes })).MD5OfMessageAttributes).toBe(digest);
  });

  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, text("x")]));
  it.each([
    ["an empty body", { MessageBody: "" }, "MissingParameter", /MessageBody/],
    ["a character XML cannot hold", { MessageBody: "a\u0000b" }, "InvalidMessageContents", /'#x0'/],
    ["a character beyond the allowed", { MessageBody: "a\uffffb" }, "InvalidMessageContents", /'#xFFFF'/],
    [
      "a body over the limit",
      { MessageBody: "x".repeat(1_048_577) },
      "InvalidParameterValue",
      /shorter than 1048576 bytes/,
    ],
    [
      "attributes that make it too long",
      { MessageBody: "x".repeat(1_048_576), MessageAttributes: { a: text("b") } },
      "InvalidParameterValue",
      /shorter than/,
    ],
    ["a delay out of range", { DelaySeconds: 901 }, "InvalidParameterValue", /DelaySeconds/],
    [
      "a deduplication id on a standard queue",
      { MessageDeduplicationId: "d" },
      "InvalidParameterValue",
      /not valid for this queue type/,
    ],
    ["a group id with a space", { MessageGroupId: "a b" }, "InvalidParameterValue", /MessageGroupId/],
    [
      "too many attributes",
      { MessageAttributes: eleven },
      "InvalidParameterValue",
      /Number of message attributes \[11\]/,
    ],
    [
      "an empty attribute",
      { MessageAttributes: { ErrorDetails: text("") } },
      "InvalidParameterValue",
      /^Message \(user\) attribute 'ErrorDetails' must contain a non-empty value of type 'String'\.$/,
    ],
    [
      "an unknown type",
      { MessageAttributes: { a: { DataType: "Date", StringValue: "x" } } },
      "InvalidParameterValue",
      /supported type prefixes/,
    ],
    [
      "a number that is none",
      { MessageAttributes: { a: { DataType: "Number", StringValue: "x" } } },
      "InvalidParameterValue",
      /to a number/,
    ],
    ["a reserved name", { MessageAttributes: { "aws.x": text("x") } }, "InvalidParameterValue", /reserved/],
    ["two periods in a name", { MessageAttributes: { "a..b": text("x") } }, "InvalidParameterValue", /name/],
    [
      "an unknown system attribute",
      { MessageSystemAttributes: { Other: text("x") } },
      "InvalidParameterValue",
      /Other/,
    ],
  ])("refuses %s", async (_what, input, code, message) => {
    await expect(send(input as never)).rejects.toMatchObject({ Code: code, message: expect.stringMatching(message) });
    expect(stats()).toMatchObject({ visible: 0 });
  });

  it("refuses a lone surrogate, which JSON can carry", async () => {
    const response = await fetch(QueueUrl, {
      method: "POST",
      headers: { "x-amz-target": "AmazonSQS.SendMessage" },
      body: `{"QueueUrl": ${JSON.stringify(QueueUrl)}, "MessageBody": "\\ud800"}`,
    });
    expect(await response.json()).toMatchObject({ __type: "com.amazonaws.sqs#InvalidMessageContents" });
  });

  it("takes exactly 1 MiB, and the queue's own limit", async () => {
    await send({ MessageBody: "x".repeat(1_048_576) });
    await stack.client.send(
      new SDK.SetQueueAttributesCommand({ QueueUrl, Attributes: { MaximumMessageSize: "1024" } }),
    );
    await expect(send({ MessageBody: "x".repeat(1025) })).rejects.toMatchObject({
      message: "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    });
  });
});

describe("ReceiveMessage", () => {
  it("counts receives and keeps the first one's time", async () => {
    const sentAt = clock.now();
    await send();
    await clock.advance(1000);
    const first = clock.now();
    const [once] = await receive({ MessageSystemAttributeNames: ["All"], VisibilityTimeout: 2 });
    expect(once?.Attributes).toEqual({
      SenderId: "AKIDEXAMPLE",
      SentTimestamp: String(sentAt),
      ApproximateFirstReceiveTimestamp: String(first),
      ApproximateReceiveCount: "1",
    });
    expect(await receive()).toEqual([]);
    await clock.advance(2000);
    const [twice] = await receive({ AttributeNames: ["All"] });
    expect(twice?.Attributes).toMatchObject({
      ApproximateFirstReceiveTimestamp: String(first),
      ApproximateReceiveCount: "2",
    });
    expect(twice?.ReceiptHandle).not.toBe(once?.ReceiptHandle);
  });

  it.each([
    [undefined, []],
    [["All"], ["General", "Hello", "Help.Me"]],
    [[".*"], ["General", "Hello", "Help.Me"]],
    [["Hel.*"], ["Hello", "Help.Me"]],
    [["Hello", "None"], ["Hello"]],
    [["None"], []],
    [["."], []],
  ])("picks message attributes by %j", async (MessageAttributeNames, expected) => {
    await send({ MessageAttributes: { Hello: text("There"), General: text("Kenobi"), "Help.Me": text("Me") } });
    const [message] = await receive(MessageAttributeNames ? { MessageAttributeNames } : {});
    expect(Object.keys(message?.MessageAttributes ?? {}).sort()).toEqual(expected);
    expect(message?.MD5OfMessageAttributes === undefined).toBe(expected.length === 0);
  });

  it("leaves attributes out that were not asked for", async () => {
    await send();
    const [message] = await receive();
    expect(Object.keys(message ?? {}).sort()).toEqual(["Body", "MD5OfBody", "MessageId", "ReceiptHandle"]);
  });

  it("gives up to ten, in order of arrival", async () => {
    for (let index = 0; index < 12; index += 1) await send({ MessageBody: String(index) });
    const messages = await receive({ MaxNumberOfMessages: 10 });
    expect(messages.map(({ Body }) => Body)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(2);
  });

  it("with a visibility timeout of 0 delivers once and leaves the message visible", async () => {
    await send();
    expect(await receive({ VisibilityTimeout: 0, MaxNumberOfMessages: 10 })).toHaveLength(1);
    expect(stats()).toMatchObject({ visible: 1, inFlight: 0 });
  });

  it.each([
    [
      { MaxNumberOfMessages: 11 },
      "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    ],
    [
      { MaxNumberOfMessages: 0 },
      "Value 0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    ],
    [
      { WaitTimeSeconds: 21 },
      "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
    ],
    [
      { VisibilityTimeout: 43_201 },
      "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.",
    ],
    [
      { ReceiveRequestAttemptId: "x" },
      "Value x for parameter ReceiveRequestAttemptId is invalid. Reason: The request include parameter that is not valid for this queue type.",
    ],
  ])("refuses %j", async (input, message) => {
    await expect(receive(input)).rejects.toMatchObject({ Code: "InvalidParameterValue", message });
  });

  it("shares a standard queue fairly between message groups", async () => {
    for (let index = 0; index < 20; index += 1) await send({ MessageGroupId: "noisy", MessageBody: "noisy" });
    await send({ MessageGroupId: "quiet", MessageBody: "quiet" });
    const messages = await receive({ MaxNumberOfMessages: 4, MessageSystemAttributeNames: ["MessageGroupId"] });
    expect(messages.map(({ Body }) => Body)).toContain("quiet");
    expect(messages[0]?.Attributes).toEqual({ MessageGroupId: "noisy" });
  });
});

describe("delays and retention", () => {
  it("hold a message back by its own delay or the queue's", async () => {
    QueueUrl = await create({ DelaySeconds: "5" });
    await send({ MessageBody: "queue" });
    await send({ MessageBody: "own", DelaySeconds: 1 });
    await send({ MessageBody: "none", DelaySeconds: 0 });
    expect(stats()).toMatchObject({ visible: 1, delayed: 2 });
    expect((await receive({ MaxNumberOfMessages: 10 })).map(({ Body }) => Body)).toEqual(["none"]);
    await clock.advance(1000);
    expect((await receive({ MaxNumberOfMessages: 10 })).map(({ Body }) => Body)).toEqual(["own"]);
    await clock.advance(3999);
    expect(await receive()).toEqual([]);
    await clock.advance(1);
    expect((await receive()).map(({ Body }) => Body)).toEqual(["queue"]);
  });

  it("forget a message after the retention period, in flight or not", async () => {
    QueueUrl = await create({ MessageRetentionPeriod: "60" });
    await send();
    await send();
    await receive({ VisibilityTimeout: 600 });
    await clock.advance(30_000);
    await send();
    expect(stats()).toEqual({ visible: 2, inFlight: 1, delayed: 0, oldestAgeMs: 30_000 });
    await clock.advance(30_000);
    expect(stats()).toEqual({ visible: 1, inFlight: 0, delayed: 0, oldestAgeMs: 30_000 });
    await stack.client.send(
      new SDK.SetQueueAttributesCommand({ QueueUrl, Attributes: { MessageRetentionPeriod: "120" } }),
    );
    await clock.advance(60_000);
    expect(stats()).toMatchObject({ visible: 1 });
    await stack.client.send(
      new SDK.SetQueueAttributesCommand({ QueueUrl, Attributes: { MessageRetentionPeriod: "60" } }),
    );
    expect(stats()).toMatchObject({ visible: 0 });
  });
});

describe("receipt handles", () => {
  const received = async (VisibilityTimeout = 10) => (await receive({ VisibilityTimeout }))[0]?.ReceiptHandle;

  it("delete, also again, and also after the timeout when nobody received since", async () => {
    await send();
    const handle = await received();
    await clock.advance(10_000);
    expect(stats()).toMatchObject({ visible: 1 });
    await remove(handle);
    await remove(handle);
    expect(stats()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it("that a later receive made stale succeed, change the visibility and delete nothing", async () => {
    await send();
    const stale = await received(0);
    const handle = await received();
    await remove(stale);
    expect(stats()).toMatchObject({ inFlight: 1 });
    await hide(stale, 0);
    expect(stats()).toMatchObject({ visible: 1, inFlight: 0 });
    await remove(handle);
    expect(stats()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  it("change the visibility from now on, not the queue's", async () => {
    await send();
    const handle = await received();
    await clock.advance(9000);
    await hide(handle, 20);
    await clock.advance(19_999);
    expect(await receive()).toEqual([]);
    await clock.advance(1);
    const again = await received();
    await hide(again, 0);
    expect(stats()).toMatchObject({ visible: 1, inFlight: 0 });
  });

  it("of a message whose timeout is over change nothing and succeed, as AWS answers", async () => {
    await send();
    const handle = await received(1);
    await clock.advance(1000);
    await hide(handle, 100);
    expect(stats()).toMatchObject({ visible: 1, inFlight: 0 });
  });

  it("of a deleted message cannot change it", async () => {
    await send();
    const handle = await received();
    await remove(handle);
    await expect(hide(handle, 5)).rejects.toMatchObject({
      Code: "InvalidParameterValue",
      message: `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    });
  });

  it("extend a message's time to 12 hours in all and no more", async () => {
    await send();
    const handle = await received();
    await hide(handle, 43_200);
    await clock.advance(1000);
    await expect(hide(handle, 43_200)).rejects.toMatchObject({
      message:
        "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
    });
    await hide(handle, 43_199);
    await expect(hide(handle, 43_201)).rejects.toMatchObject({ Code: "InvalidParameterValue" });
  });

  it("that are none, or another queue's, are told apart", async () => {
    await send();
    const handle = await received();
    QueueUrl = await create();
    for (const [bad, message] of [
      ["garbage", `The input receipt handle "garbage" is not a valid receipt handle.`],
      [handle, `The receipt handle "${handle}" is not valid for this queue.`],
    ]) {
      await expect(remove(bad)).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid", message });
      await expect(hide(bad, 1)).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid" });
    }
  });
});

describe("batches", () => {
  const batch = (Entries: SDK.SendMessageBatchRequestEntry[]) =>
    stack.client.send(new SDK.SendMessageBatchCommand({ QueueUrl, Entries }));
  const entry = (Id: string, more: object = {}) => ({ Id, MessageBody: Id, ...more });

  it("report each entry on its own", async () => {
    const result = await batch([
      entry("good"),
      entry("bad", { MessageBody: "\u0001" }),
      entry("late", { DelaySeconds: 901 }),
      entry("tagged", { MessageAttributes: { a: text("b") } }),
    ]);
    expect(result.Successful?.map(({ Id }) => Id)).toEqual(["good", "tagged"]);
    expect(result.Successful?.[1]?.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
    expect(result.Failed).toMatchObject([
      { Id: "bad", SenderFault: true, Code: "InvalidMessageContents" },
      { Id: "late", SenderFault: true, Code: "InvalidParameterValue" },
    ]);
    expect(stats()).toMatchObject({ visible: 2 });
  });

  it.each([
    ["none", [], "AWS.SimpleQueueService.EmptyBatchRequest"],
    [
      "eleven",
      Array.from({ length: 11 }, (_, index) => entry(`e${index}`)),
      "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    ],
    ["twins", [entry("a"), entry("a")], "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"],
    ["a bad id", [entry("in:valid")], "AWS.SimpleQueueService.InvalidBatchEntryId"],
    ["an empty id", [entry("")], "AWS.SimpleQueueService.InvalidBatchEntryId"],
    [
      "over 1 MiB in all",
      [entry("a", { MessageBody: "x".repeat(600_000) }), entry("b", { MessageBody: "x".repeat(600_000) })],
      "AWS.SimpleQueueService.BatchRequestTooLong",
    ],
  ])("fail as a whole with %s", async (_what, entries, Code) => {
    await expect(batch(entries)).rejects.toMatchObject({ Code });
    expect(stats()).toMatchObject({ visible: 0 });
  });

  it("delete and change visibility, with AWS's codes for what fails", async () => {
    await batch([entry("a"), entry("b")]);
    const [a, b] = await receive({ MaxNumberOfMessages: 10 });
    const changed = await stack.client.send(
      new SDK.ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "a", ReceiptHandle: a?.ReceiptHandle, VisibilityTimeout: 0 },
          { Id: "b", ReceiptHandle: b?.ReceiptHandle, VisibilityTimeout: 43_201 },
          { Id: "c", ReceiptHandle: "garbage", VisibilityTimeout: 1 },
        ],
      }),
    );
    expect(changed.Successful).toEqual([{ Id: "a" }]);
    expect(changed.Failed).toMatchObject([
      { Id: "b", Code: "InvalidParameterValue", SenderFault: true },
      { Id: "c", Code: "ReceiptHandleIsInvalid", SenderFault: true },
    ]);
    const deleted = await stack.client.send(
      new SDK.DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "a", ReceiptHandle: a?.ReceiptHandle },
          { Id: "b", ReceiptHandle: b?.ReceiptHandle },
          { Id: "c", ReceiptHandle: "garbage" },
        ],
      }),
    );
    expect(deleted.Successful?.map(({ Id }) => Id)).toEqual(["a", "b"]);
    expect(deleted.Failed).toMatchObject([{ Id: "c", Code: "ReceiptHandleIsInvalid" }]);
    expect(stats()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });
});
