import * as SDK from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";
import { type SqsStack, startSqs } from "../../../test/helpers/sqs.ts";

let stack: SqsStack;
const clock = new ManualClock();
beforeAll(async () => {
  stack = await startSqs({ clock });
});
afterAll(() => stack.close());

let count = 0;
const fresh = () => `queue-${(count += 1)}`;
const create = async (Attributes: Record<string, string> = {}, name = fresh()) => {
  const { QueueUrl } = await stack.client.send(new SDK.CreateQueueCommand({ QueueName: name, Attributes }));
  return QueueUrl ?? "";
};
const attributes = async (QueueUrl: string, names: SDK.QueueAttributeName[] = ["All"]) =>
  (await stack.client.send(new SDK.GetQueueAttributesCommand({ QueueUrl, AttributeNames: names }))).Attributes ?? {};
const set = (QueueUrl: string, Attributes: Record<string, string>) =>
  stack.client.send(new SDK.SetQueueAttributesCommand({ QueueUrl, Attributes }));
const arnOf = (url: string) => `arn:aws:sqs:us-east-1:000000000000:${url.split("/").at(-1)}`;

describe("CreateQueue", () => {
  it("gives a URL of endpoint, account and name, and finds the queue again", async () => {
    const url = await create({ VisibilityTimeout: "7" }, "again");
    expect(url).toBe(`${stack.endpoint}/000000000000/again`);
    expect(await create({ VisibilityTimeout: "7" }, "again")).toBe(url);
    expect(await create({}, "again")).toBe(url);
    expect((await stack.client.send(new SDK.GetQueueUrlCommand({ QueueName: "again" }))).QueueUrl).toBe(url);
  });

  it("refuses the same name with another value, and names the attribute", async () => {
    await create({ DelaySeconds: "1" }, "differs");
    await expect(create({ DelaySeconds: "2" }, "differs")).rejects.toMatchObject({
      name: "QueueNameExists",
      Code: "QueueAlreadyExists",
      message: "A queue already exists with the same name and a different value for attribute DelaySeconds",
    });
  });

  it("has AWS's defaults", async () => {
    expect(await attributes(await create())).toMatchObject({
      VisibilityTimeout: "30",
      MaximumMessageSize: "1048576",
      MessageRetentionPeriod: "345600",
      DelaySeconds: "0",
      ReceiveMessageWaitTimeSeconds: "0",
      SqsManagedSseEnabled: "true",
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      ApproximateNumberOfMessagesDelayed: "0",
      CreatedTimestamp: String(clock.now() / 1000),
    });
    expect(await attributes(await create({ FifoQueue: "true" }, `${fresh()}.fifo`))).toMatchObject({
      FifoQueue: "true",
      ContentBasedDeduplication: "false",
      DeduplicationScope: "queue",
      FifoThroughputLimit: "perQueue",
    });
  });

  it.each([
    ["a bad name", "no good", {}, "InvalidParameterValue"],
    ["too long a name", "x".repeat(81), {}, "InvalidParameterValue"],
    ["FIFO without the suffix", "plain", { FifoQueue: "true" }, "InvalidParameterValue"],
    ["the suffix without FIFO", "queue.fifo", {}, "InvalidParameterValue"],
    ["FifoQueue on a standard queue", "plain", { FifoQueue: "false" }, "InvalidAttributeName"],
    ["a FIFO attribute on a standard queue", "plain", { ContentBasedDeduplication: "true" }, "InvalidAttributeName"],
    ["an unknown attribute", "plain", { Colour: "red" }, "InvalidAttributeName"],
    ["a visibility timeout out of range", "plain", { VisibilityTimeout: "43201" }, "InvalidAttributeValue"],
    ["a delay out of range", "plain", { DelaySeconds: "901" }, "InvalidAttributeValue"],
    ["a retention out of range", "plain", { MessageRetentionPeriod: "59" }, "InvalidAttributeValue"],
    ["a size out of range", "plain", { MaximumMessageSize: "1048577" }, "InvalidAttributeValue"],
    ["a wait out of range", "plain", { ReceiveMessageWaitTimeSeconds: "21" }, "InvalidAttributeValue"],
    ["a number that is none", "plain", { DelaySeconds: "soon" }, "InvalidAttributeValue"],
    ["a policy that is no JSON", "plain", { Policy: "{" }, "InvalidAttributeValue"],
  ])("refuses %s", async (_what, name, given, code) => {
    await expect(create(given, name)).rejects.toMatchObject({ Code: code });
  });

  it("wants 60 seconds to pass after the queue of that name was deleted", async () => {
    const QueueUrl = await create({}, "phoenix");
    await stack.client.send(new SDK.DeleteQueueCommand({ QueueUrl }));
    await expect(create({}, "phoenix")).rejects.toMatchObject({ name: "QueueDeletedRecently" });
    await clock.advance(60_000);
    expect(await create({}, "phoenix")).toBe(QueueUrl);
  });
});

describe("queue URLs", () => {
  it("are found by path, whatever the host", async () => {
    await create({}, "by-path");
    for (const QueueUrl of [
      "http://localhost:1/000000000000/by-path",
      "https://sqs.us-east-1.amazonaws.com/000000000000/by-path",
    ]) {
      expect(await attributes(QueueUrl, ["QueueArn"])).toEqual({ QueueArn: arnOf(QueueUrl) });
    }
  });

  it.each(["http://localhost:1/000000000000/none", "http://localhost:1/123456789012/by-path", "nonsense"])(
    "say that %s does not exist, with the code of old in the header",
    async (QueueUrl) => {
      const response = await fetch(stack.endpoint, {
        method: "POST",
        headers: { "x-amz-target": "AmazonSQS.SendMessage", "content-type": "application/x-amz-json-1.0" },
        body: JSON.stringify({ QueueUrl, MessageBody: "x" }),
      });
      expect(response.status).toBe(400);
      expect(response.headers.get("x-amzn-query-error")).toBe("AWS.SimpleQueueService.NonExistentQueue;Sender");
      expect(await response.json()).toEqual({
        __type: "com.amazonaws.sqs#QueueDoesNotExist",
        message: "The specified queue does not exist.",
      });
    },
  );

  it("take requests posted to them", async () => {
    const QueueUrl = await create();
    const response = await fetch(QueueUrl, {
      method: "POST",
      headers: { "x-amz-target": "AmazonSQS.ReceiveMessage", "content-type": "application/x-amz-json-1.0" },
      body: JSON.stringify({ QueueUrl }),
    });
    expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.0");
    expect(await response.json()).toEqual({});
  });
});

describe("malformed requests", () => {
  const post = (target: string, body: string) =>
    fetch(stack.endpoint, { method: "POST", headers: { "x-amz-target": `AmazonSQS.${target}` }, body });

  it.each([
    ["no JSON", "SendMessage", "{", "SerializationException"],
    ["no object", "SendMessage", "[]", "SerializationException"],
    ["a wrong type", "SendMessage", `{"QueueUrl": 7}`, "SerializationException"],
    ["a missing member", "SendMessage", "{}", "MissingRequiredParameterException"],
    ["an unknown operation", "Explode", "{}", "UnknownOperationException"],
    ["a name of the prototype", "toString", "{}", "UnknownOperationException"],
  ])("with %s get an error of AWS's form", async (_what, target, body, code) => {
    const response = await post(target, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: expect.stringMatching(new RegExp(`(^|#)${code}$`)) });
  });
});

describe("ListQueues", () => {
  it("pages through the names with a prefix", async () => {
    for (const name of ["page-c", "page-a", "page-b"]) await create({}, name);
    const first = await stack.client.send(new SDK.ListQueuesCommand({ QueueNamePrefix: "page-", MaxResults: 2 }));
    expect(first.QueueUrls?.map((url) => url.split("/").at(-1))).toEqual(["page-a", "page-b"]);
    const second = await stack.client.send(
      new SDK.ListQueuesCommand({ QueueNamePrefix: "page-", MaxResults: 2, NextToken: first.NextToken }),
    );
    expect(second.QueueUrls?.map((url) => url.split("/").at(-1))).toEqual(["page-c"]);
    expect(second.NextToken).toBeUndefined();
    const all = await stack.client.send(new SDK.ListQueuesCommand({ QueueNamePrefix: "page-" }));
    expect(all.QueueUrls).toHaveLength(3);
    expect(all.NextToken).toBeUndefined();
    await expect(stack.client.send(new SDK.ListQueuesCommand({ MaxResults: 1001 }))).rejects.toMatchObject({
      Code: "InvalidParameterValue",
    });
  });
});

describe("attributes", () => {
  it("are set, listed by name, and taken away by an empty string", async () => {
    const url = await create();
    await clock.advance(5000);
    await set(url, { VisibilityTimeout: "69", Policy: `{"Version":"2012-10-17"}` });
    expect(await attributes(url, ["VisibilityTimeout", "Policy", "LastModifiedTimestamp"])).toEqual({
      VisibilityTimeout: "69",
      Policy: `{"Version":"2012-10-17"}`,
      LastModifiedTimestamp: String(clock.now() / 1000),
    });
    await set(url, { Policy: "" });
    expect(await attributes(url, ["Policy"])).toEqual({});
    expect(await attributes(url, [])).toEqual({});
  });

  it("refuse a name that is none, and a change of type", async () => {
    const url = await create();
    const request = fetch(url, {
      method: "POST",
      headers: { "x-amz-target": "AmazonSQS.GetQueueAttributes" },
      body: JSON.stringify({ QueueUrl: url, AttributeNames: ["Colour"] }),
    });
    expect(await (await request).json()).toMatchObject({ message: "Unknown Attribute Colour." });
    await expect(set(url, { FifoQueue: "true" })).rejects.toMatchObject({ message: "Unknown Attribute FifoQueue." });
    const fifo = await create({ FifoQueue: "True" }, `${fresh()}.fifo`);
    await set(fifo, { FifoQueue: "true" });
    await expect(set(fifo, { FifoQueue: "false" })).rejects.toMatchObject({
      name: "InvalidAttributeValue",
      message: "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
    });
  });

  it("allow one kind of encryption at a time", async () => {
    const url = await create({ KmsMasterKeyId: "key" });
    expect(await attributes(url)).toMatchObject({ SqsManagedSseEnabled: "false", KmsDataKeyReusePeriodSeconds: "300" });
    await expect(set(url, { SqsManagedSseEnabled: "true" })).rejects.toMatchObject({
      message:
        "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
    });
  });

  it.each([
    ["no JSON", "x", "Redrive policy is not a valid JSON map."],
    [
      "no count",
      `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dlq"}`,
      "Redrive policy does not contain mandatory attribute: maxReceiveCount.",
    ],
    ["no target", `{"maxReceiveCount":3}`, "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."],
    ["no ARN", `{"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}`, "Invalid value for deadLetterTargetArn."],
    [
      "a count out of range",
      `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dlq","maxReceiveCount":1001}`,
      "Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive.",
    ],
    [
      "a target that is not there",
      `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:none","maxReceiveCount":3}`,
      "Dead letter target does not exist.",
    ],
  ])("refuse a redrive policy with %s", async (_what, RedrivePolicy, reason) => {
    await expect(set(await create(), { RedrivePolicy })).rejects.toMatchObject({
      Code: "InvalidParameterValue",
      message: `Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    });
  });

  it("want source and dead-letter queue of one type, and heed the redrive-allow policy", async () => {
    const dlq = await create();
    const policy = JSON.stringify({ deadLetterTargetArn: arnOf(dlq), maxReceiveCount: "3" });
    await expect(create({ FifoQueue: "true", RedrivePolicy: policy }, `${fresh()}.fifo`)).rejects.toMatchObject({
      Code: "InvalidParameterValue",
    });
    const source = await create();
    await set(dlq, { RedriveAllowPolicy: `{"redrivePermission":"denyAll"}` });
    await expect(set(source, { RedrivePolicy: policy })).rejects.toMatchObject({ Code: "InvalidParameterValue" });
    await set(dlq, {
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arnOf(source)] }),
    });
    await set(source, { RedrivePolicy: policy });
    expect(JSON.parse((await attributes(source))["RedrivePolicy"] ?? "")).toEqual({
      deadLetterTargetArn: arnOf(dlq),
      maxReceiveCount: 3,
    });
    const sources = await stack.client.send(new SDK.ListDeadLetterSourceQueuesCommand({ QueueUrl: dlq }));
    expect(sources.queueUrls).toEqual([source]);
  });
});

describe("tags and permissions", () => {
  it("are kept and taken away", async () => {
    const { QueueUrl } = await stack.client.send(new SDK.CreateQueueCommand({ QueueName: "tagged", tags: { a: "1" } }));
    await stack.client.send(new SDK.TagQueueCommand({ QueueUrl, Tags: { a: "2", b: "" } }));
    await stack.client.send(new SDK.UntagQueueCommand({ QueueUrl, TagKeys: ["a", "none"] }));
    expect((await stack.client.send(new SDK.ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ b: "" });
  });

  it("write the policy that AWS writes", async () => {
    const QueueUrl = await create();
    const add = (Label: string, AWSAccountIds: string[], Actions: string[]) =>
      stack.client.send(new SDK.AddPermissionCommand({ QueueUrl, Label, AWSAccountIds, Actions }));
    await add("one", ["111111111111"], ["ReceiveMessage"]);
    await add("two", ["111111111111", "222222222222"], ["SendMessage", "DeleteMessage"]);
    const root = (account: string) => `arn:aws:iam::${account}:root`;
    expect(JSON.parse((await attributes(QueueUrl))["Policy"] ?? "")).toEqual({
      Version: "2008-10-17",
      Id: `${arnOf(QueueUrl)}/SQSDefaultPolicy`,
      Statement: [
        {
          Sid: "one",
          Effect: "Allow",
          Principal: { AWS: root("111111111111") },
          Action: "SQS:ReceiveMessage",
          Resource: arnOf(QueueUrl),
        },
        {
          Sid: "two",
          Effect: "Allow",
          Principal: { AWS: [root("111111111111"), root("222222222222")] },
          Action: ["SQS:SendMessage", "SQS:DeleteMessage"],
          Resource: arnOf(QueueUrl),
        },
      ],
    });
    await expect(add("one", ["111111111111"], ["SendMessage"])).rejects.toMatchObject({
      message: "Value one for parameter Label is invalid. Reason: Already exists.",
    });
    for (const Label of ["one", "two"]) await stack.client.send(new SDK.RemovePermissionCommand({ QueueUrl, Label }));
    expect(await attributes(QueueUrl, ["Policy"])).toEqual({});
    await expect(stack.client.send(new SDK.RemovePermissionCommand({ QueueUrl, Label: "one" }))).rejects.toMatchObject({
      message: "Value one for parameter Label is invalid. Reason: can't find label.",
    });
  });
});

describe("PurgeQueue", () => {
  it("empties the queue, in flight and delayed included, once in 60 seconds", async () => {
    const QueueUrl = await create();
    const purge = () => stack.client.send(new SDK.PurgeQueueCommand({ QueueUrl }));
    const send = (DelaySeconds = 0) =>
      stack.client.send(new SDK.SendMessageCommand({ QueueUrl, MessageBody: "x", DelaySeconds }));
    await send();
    await send();
    await send(10);
    await stack.client.send(new SDK.ReceiveMessageCommand({ QueueUrl }));
    await purge();
    expect(stack.sqs.stats(arnOf(QueueUrl))).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await expect(purge()).rejects.toMatchObject({ name: "PurgeQueueInProgress", $metadata: { httpStatusCode: 403 } });
    await send();
    await clock.advance(60_000);
    await purge();
    expect(stack.sqs.stats(arnOf(QueueUrl))).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });
});

describe("in-process provisioning", () => {
  it("makes a queue and later brings its attributes to what is asked for", async () => {
    expect(stack.sqs.createQueue("provisioned", { VisibilityTimeout: "5" }).arn).toMatch(/:provisioned$/);
    const { url } = stack.sqs.createQueue("provisioned", { VisibilityTimeout: "9" });
    expect(await attributes(url, ["VisibilityTimeout"])).toEqual({ VisibilityTimeout: "9" });
    expect(stack.sqs.names()).toContain("provisioned");
    expect(stack.sqs.stats("none")).toBeUndefined();
    expect(stack.sqs.source("none")).toBeUndefined();
  });
});
