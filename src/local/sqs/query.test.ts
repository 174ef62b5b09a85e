import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSqs, type SqsStack } from "../../../test/helpers/sqs.ts";

let stack: SqsStack;
beforeEach(async () => void (stack = await startSqs()));
afterEach(() => stack.close());

interface Answer {
  status: number;
  type: string | null;
  xml: string;
  /** The text of the first element of a name. */
  text(element: string): string | undefined;
  texts(element: string): string[];
}

async function call(fields: Record<string, string>, options: { path?: string; method?: "GET" } = {}): Promise<Answer> {
  const form = new URLSearchParams({ Version: "2012-11-05", ...fields });
  const url = stack.endpoint + (options.path ?? "/");
  const response = options.method
    ? await fetch(`${url}?${form.toString()}`)
    : await fetch(url, { method: "POST", body: form });
  const xml = await response.text();
  const texts = (element: string) =>
    [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map((match) => match[1] ?? "");
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    xml,
    texts,
    text: (element) => texts(element)[0],
  };
}
const create = async (name: string, more: Record<string, string> = {}) =>
  (await call({ Action: "CreateQueue", QueueName: name, ...more })).text("QueueUrl") ?? "";

describe("the query protocol", () => {
  it("answers in XML with the operation's result and the request's id", async () => {
    const answer = await call({ Action: "CreateQueue", QueueName: "jobs" });
    expect([answer.status, answer.type]).toEqual([200, "text/xml"]);
    expect(answer.xml).toMatch(
      /^<\?xml version="1\.0"\?><CreateQueueResponse xmlns="http:\/\/queue\.amazonaws\.com\/doc\/2012-11-05\/"><CreateQueueResult><QueueUrl>http:\/\/127\.0\.0\.1:\d+\/000000000000\/jobs<\/QueueUrl><\/CreateQueueResult><ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/CreateQueueResponse>$/,
    );
    const deleted = await call({ Action: "DeleteQueue", QueueUrl: answer.text("QueueUrl") ?? "" });
    expect(deleted.xml).toMatch(/^<\?xml version="1\.0"\?><DeleteQueueResponse [^>]*><ResponseMetadata>/);
  });

  it("sends and receives what a message has", async () => {
    const QueueUrl = await create("jobs");
    const body = "a & b <c>\r\nd";
    const sent = await call({
      Action: "SendMessage",
      QueueUrl,
      MessageBody: body,
      "MessageAttribute.1.Name": "tenant",
      "MessageAttribute.1.Value.DataType": "String",
      "MessageAttribute.1.Value.StringValue": "acme",
      "MessageAttribute.2.Name": "raw",
      "MessageAttribute.2.Value.DataType": "Binary",
      "MessageAttribute.2.Value.BinaryValue": "AAE=",
      "MessageSystemAttribute.1.Name": "AWSTraceHeader",
      "MessageSystemAttribute.1.Value.DataType": "String",
      "MessageSystemAttribute.1.Value.StringValue": "Root=1",
    });
    expect(sent.text("MD5OfMessageAttributes")).toMatch(/^[0-9a-f]{32}$/);
    const received = await call({
      Action: "ReceiveMessage",
      QueueUrl,
      MaxNumberOfMessages: "10",
      "AttributeName.1": "AWSTraceHeader",
      "MessageAttributeName.1": "All",
    });
    expect(received.text("MessageId")).toBe(sent.text("MessageId"));
    expect(received.text("Body")).toBe("a &#38; b &#60;c&#62;&#13;\nd");
    expect(received.xml).toContain("<Attribute><Name>AWSTraceHeader</Name><Value>Root=1</Value></Attribute>");
    expect(received.xml).toContain(
      "<MessageAttribute><Name>raw</Name><Value><DataType>Binary</DataType><BinaryValue>AAE=</BinaryValue></Value></MessageAttribute>",
    );
    const ReceiptHandle = received.text("ReceiptHandle") ?? "";
    expect((await call({ Action: "DeleteMessage", QueueUrl, ReceiptHandle })).status).toBe(200);
    expect((await call({ Action: "ReceiveMessage", QueueUrl })).xml).toContain(
      "<ReceiveMessageResult></ReceiveMessageResult>",
    );
  });

  it("runs batches, in the order of their numbers", async () => {
    const QueueUrl = await create("jobs");
    const numbers = ["10", "2", "1"];
    const entries = numbers.flatMap((number): [string, string][] => [
      [`SendMessageBatchRequestEntry.${number}.Id`, `id${number}`],
      [`SendMessageBatchRequestEntry.${number}.MessageBody`, `body${number}`],
      [`SendMessageBatchRequestEntry.${number}.DelaySeconds`, number === "2" ? "901" : "0"],
    ]);
    const answer = await call({ Action: "SendMessageBatch", QueueUrl, ...Object.fromEntries(entries) });
    expect(answer.xml.match(/<SendMessageBatchResultEntry><Id>\w+/g)).toEqual([
      "<SendMessageBatchResultEntry><Id>id1",
      "<SendMessageBatchResultEntry><Id>id10",
    ]);
    expect(answer.xml).toMatch(
      /<BatchResultErrorEntry><Id>id2<\/Id><SenderFault>true<\/SenderFault><Code>InvalidParameterValue<\/Code>/,
    );
  });

  it("reads and writes attributes and tags as maps", async () => {
    const QueueUrl = await create("jobs", {
      "Attribute.1.Name": "VisibilityTimeout",
      "Attribute.1.Value": "44",
      "Tag.1.Key": "team",
      "Tag.1.Value": "a",
    });
    // One without a number is the only one.
    await call({ Action: "SetQueueAttributes", QueueUrl, "Attribute.Name": "DelaySeconds", "Attribute.Value": "3" });
    const attributes = await call({
      Action: "GetQueueAttributes",
      QueueUrl,
      "AttributeName.1": "VisibilityTimeout",
      "AttributeName.2": "DelaySeconds",
    });
    expect(attributes.texts("Name").map((name, index) => [name, attributes.texts("Value")[index]])).toEqual([
      ["VisibilityTimeout", "44"],
      ["DelaySeconds", "3"],
    ]);
    expect((await call({ Action: "ListQueueTags", QueueUrl })).xml).toContain(
      "<Tag><Key>team</Key><Value>a</Value></Tag>",
    );
    expect((await call({ Action: "ListQueues" })).texts("QueueUrl")).toEqual([QueueUrl]);
  });

  it("takes the queue from the path, and the request from the query of a GET", async () => {
    const path = new URL(await create("jobs")).pathname;
    const sent = await call({ Action: "SendMessage", MessageBody: "hello" }, { path, method: "GET" });
    expect(sent.text("MD5OfMessageBody")).toBe("5d41402abc4b2a76b9719d911017c592");
    expect((await call({ Action: "ReceiveMessage" }, { path })).text("Body")).toBe("hello");
  });

  it.each<[string, Record<string, string>, number, string]>([
    [
      "a queue that is not there",
      { Action: "GetQueueUrl", QueueName: "none" },
      400,
      "AWS.SimpleQueueService.NonExistentQueue",
    ],
    ["no operation", {}, 400, "InvalidAction"],
    ["an unknown operation", { Action: "toString" }, 400, "InvalidAction"],
    ["a missing parameter", { Action: "SendMessage", MessageBody: "x" }, 400, "MissingParameter"],
    ["a name that may not be", { Action: "CreateQueue", QueueName: "a b" }, 400, "InvalidParameterValue"],
    ["an empty batch", { Action: "SendMessageBatch", Entries: "" }, 400, "AWS.SimpleQueueService.EmptyBatchRequest"],
    [
      "names of the prototype",
      { Action: "SendMessage", "__proto__.1.Name": "x", "constructor.prototype": "y", MessageBody: "x" },
      400,
      "MissingParameter",
    ],
  ])("has the codes of old for %s", async (_title, fields, status, code) => {
    const QueueUrl = await create("jobs");
    const answer = await call(fields["Action"] === "SendMessageBatch" ? { ...fields, QueueUrl } : fields);
    expect([answer.status, answer.text("Type"), answer.text("Code")]).toEqual([status, "Sender", code]);
    expect(answer.text("RequestId")).toMatch(/^[0-9a-f-]{36}$/);
  });
});
