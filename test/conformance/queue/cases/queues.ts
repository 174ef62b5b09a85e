import * as SDK from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { refusal } from "../refusal.ts";
import { TestQueue, uniqueName } from "../test-queue.ts";
import type { QueueCases } from "./index.ts";

const nameOf = (url = "") => url.split("/").at(-1);

/** Every operation that names a queue by its URL. */
function callsOn({ sqs, url: QueueUrl }: TestQueue): Record<string, () => Promise<unknown>> {
  const entry = { Id: "a", ReceiptHandle: "none" };
  return {
    SendMessage: () => sqs.send(new SDK.SendMessageCommand({ QueueUrl, MessageBody: "x" })),
    SendMessageBatch: () =>
      sqs.send(new SDK.SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "a", MessageBody: "x" }] })),
    ReceiveMessage: () => sqs.send(new SDK.ReceiveMessageCommand({ QueueUrl })),
    DeleteMessage: () => sqs.send(new SDK.DeleteMessageCommand({ QueueUrl, ReceiptHandle: "none" })),
    DeleteMessageBatch: () => sqs.send(new SDK.DeleteMessageBatchCommand({ QueueUrl, Entries: [entry] })),
    ChangeMessageVisibility: () =>
      sqs.send(new SDK.ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: "none", VisibilityTimeout: 1 })),
    GetQueueAttributes: () => sqs.send(new SDK.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] })),
    SetQueueAttributes: () =>
      sqs.send(new SDK.SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: "1" } })),
    PurgeQueue: () => sqs.send(new SDK.PurgeQueueCommand({ QueueUrl })),
    ListQueueTags: () => sqs.send(new SDK.ListQueueTagsCommand({ QueueUrl })),
    TagQueue: () => sqs.send(new SDK.TagQueueCommand({ QueueUrl, Tags: { a: "1" } })),
    ListDeadLetterSourceQueues: () => sqs.send(new SDK.ListDeadLetterSourceQueuesCommand({ QueueUrl })),
    DeleteQueue: () => sqs.send(new SDK.DeleteQueueCommand({ QueueUrl })),
  };
}

export const queues: QueueCases = {
  "a queue is found by its name": async ({ create, sqs }) => {
    const { url } = await create();
    const { QueueUrl } = await sqs.send(new SDK.GetQueueUrlCommand({ QueueName: nameOf(url) }));
    expect(QueueUrl).toBe(url);
  },

  "a name that is not there is an error the SDK knows": async ({ sqs }) => {
    const missing = sqs.send(new SDK.GetQueueUrlCommand({ QueueName: uniqueName("none") }));
    await expect(missing).rejects.toBeInstanceOf(SDK.QueueDoesNotExist);
  },

  "every operation on a queue that is not there says so": async ({ create, sqs }) => {
    const missing = new TestQueue(sqs, `${(await create()).url}-none`);
    const answers: Record<string, string> = {};
    for (const [name, call] of Object.entries(callsOn(missing))) {
      answers[name] = await refusal(call()).catch((error: unknown) => String(error));
    }
    expect(new Set(Object.values(answers)), JSON.stringify(answers)).toEqual(new Set(["QueueDoesNotExist"]));
  },

  "errors carry the code of the older protocol too": async ({ create }) => {
    const missing = create().then(({ sqs, url }) => new TestQueue(sqs, `${url}-none`).receive());
    await expect(missing).rejects.toMatchObject({ Code: "AWS.SimpleQueueService.NonExistentQueue" });
  },

  "making a queue again with the same attributes gives the same queue": async ({ sqs }) => {
    const input = { QueueName: uniqueName(), Attributes: { VisibilityTimeout: "7" } };
    const first = await sqs.send(new SDK.CreateQueueCommand(input));
    expect((await sqs.send(new SDK.CreateQueueCommand(input))).QueueUrl).toBe(first.QueueUrl);
    const bare = await sqs.send(new SDK.CreateQueueCommand({ QueueName: input.QueueName }));
    expect(bare.QueueUrl).toBe(first.QueueUrl);
  },

  "making a queue again with another value is refused": async ({ sqs }) => {
    const QueueName = uniqueName();
    const make = (VisibilityTimeout: string) =>
      sqs.send(new SDK.CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout } }));
    await make("7");
    expect(await refusal(make("8"))).toBe("QueueNameExists");
  },

  "a name with other than letters, digits, hyphens and underscores is refused": async ({ sqs }) => {
    const QueueName = `${uniqueName()}!`;
    expect(await refusal(sqs.send(new SDK.CreateQueueCommand({ QueueName })))).toBe("InvalidParameterValue");
  },

  "a FIFO queue's name must end with .fifo": async ({ sqs }) => {
    const input = { QueueName: uniqueName(), Attributes: { FifoQueue: "true" } };
    expect(await refusal(sqs.send(new SDK.CreateQueueCommand(input)))).toBe("InvalidParameterValue");
  },

  "a standard queue's name cannot end with .fifo": async ({ sqs }) => {
    const input = { QueueName: `${uniqueName()}.fifo` };
    expect(await refusal(sqs.send(new SDK.CreateQueueCommand(input)))).toBe("InvalidParameterValue");
  },

  "a queue has the documented times": async ({ create }) => {
    const queue = await create();
    expect(await queue.attributes("All")).toMatchObject({
      VisibilityTimeout: "30",
      DelaySeconds: "0",
      ReceiveMessageWaitTimeSeconds: "0",
      ApproximateNumberOfMessages: "0",
      QueueArn: expect.stringMatching(/^arn:aws:sqs:us-east-1:\d{12}:/),
    });
  },

  "a queue has the documented retention and message size": async ({ create }) => {
    const queue = await create();
    expect(await queue.attributes("All")).toMatchObject({
      MessageRetentionPeriod: "345600",
      MaximumMessageSize: "1048576",
    });
  },

  "a queue is encrypted unless it is told not to be": async ({ create }) => {
    const queue = await create();
    expect(await queue.attributes("All")).toMatchObject({ SqsManagedSseEnabled: "true" });
  },

  "attributes are set, and asked for by name": async ({ create }) => {
    const queue = await create();
    await queue.set({ VisibilityTimeout: "12", DelaySeconds: "3" });
    expect(await queue.attributes("VisibilityTimeout", "DelaySeconds")).toEqual({
      VisibilityTimeout: "12",
      DelaySeconds: "3",
    });
  },

  "the retention period is set": async ({ create }) => {
    const queue = await create();
    await queue.set({ MessageRetentionPeriod: "3600" });
    expect(await queue.attributes("MessageRetentionPeriod")).toEqual({ MessageRetentionPeriod: "3600" });
  },

  "a value out of its range is refused": async ({ create }) => {
    const queue = await create();
    for (const [name, value] of [
      ["VisibilityTimeout", "43201"],
      ["DelaySeconds", "901"],
      ["MessageRetentionPeriod", "59"],
      ["ReceiveMessageWaitTimeSeconds", "21"],
      ["MaximumMessageSize", "1023"],
    ] as const) {
      expect(await refusal(queue.set({ [name]: value })), name).toBe("InvalidAttributeValue");
    }
  },

  "an attribute that does not exist cannot be set": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.set({ Colour: "red" }))).toBe("InvalidAttributeName");
  },

  "an attribute that does not exist cannot be asked for": async ({ create }) => {
    const queue = await create();
    const input = { QueueUrl: queue.url, AttributeNames: ["Colour"] as unknown as SDK.QueueAttributeName[] };
    expect(await refusal(queue.sqs.send(new SDK.GetQueueAttributesCommand(input)))).toBe("InvalidAttributeName");
  },

  "true can be written True": async ({ create, createFifo }) => {
    const queue = await create({ SqsManagedSseEnabled: "False" });
    expect(await queue.attributes("SqsManagedSseEnabled")).toEqual({ SqsManagedSseEnabled: "false" });
    const fifo = await createFifo({ FifoQueue: "True", ContentBasedDeduplication: "True" });
    await fifo.send("hello");
    expect(await fifo.bodies()).toEqual(["hello"]);
  },

  "a standard queue does not become a FIFO queue": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.set({ FifoQueue: "true" }))).toBe("InvalidAttributeName");
  },

  "what has nothing to tell is left out of an answer": async ({ create, sqs }) => {
    const { url: QueueUrl } = await create();
    const answers = [
      await sqs.send(new SDK.ListQueueTagsCommand({ QueueUrl })),
      await sqs.send(new SDK.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] })),
      await sqs.send(new SDK.SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "a", MessageBody: "x" }] })),
    ];
    expect(answers.map((answer) => Object.keys(answer).sort())).toEqual([
      ["$metadata"],
      ["$metadata"],
      ["$metadata", "Successful"],
    ]);
  },

  "counters tell visible, in flight and delayed messages": async ({ create }) => {
    const queue = await create();
    for (const DelaySeconds of [0, 0, 60]) await queue.send("x", { DelaySeconds });
    expect(await queue.counts()).toEqual([2, 0, 1]);
    const message = await queue.receiveOne();
    expect(await queue.counts()).toEqual([1, 1, 1]);
    await queue.remove(message);
    expect(await queue.counts()).toEqual([1, 0, 1]);
  },

  "tags are kept, changed and taken away": async ({ create }) => {
    const { sqs, url: QueueUrl } = await create({}, { team: "a", env: "test" });
    const tags = async () => (await sqs.send(new SDK.ListQueueTagsCommand({ QueueUrl }))).Tags;
    expect(await tags()).toEqual({ team: "a", env: "test" });
    await sqs.send(new SDK.TagQueueCommand({ QueueUrl, Tags: { team: "b", more: "" } }));
    expect(await tags()).toEqual({ team: "b", env: "test", more: "" });
    await sqs.send(new SDK.UntagQueueCommand({ QueueUrl, TagKeys: ["env", "more"] }));
    expect(await tags()).toEqual({ team: "b" });
  },

  "a purge empties the queue, messages in flight included": async ({ create }) => {
    const queue = await create();
    await queue.send("in flight");
    await queue.receiveOne();
    await queue.send("visible");
    await queue.sqs.send(new SDK.PurgeQueueCommand({ QueueUrl: queue.url }));
    expect(await queue.counts()).toEqual([0, 0, 0]);
  },

  "a second purge within 60 seconds is refused": async ({ create, sqs }) => {
    const { url: QueueUrl } = await create();
    await sqs.send(new SDK.PurgeQueueCommand({ QueueUrl }));
    expect(await refusal(sqs.send(new SDK.PurgeQueueCommand({ QueueUrl })))).toBe("PurgeQueueInProgress");
  },

  "a deleted queue is gone": async ({ create, sqs }) => {
    const queue = await create();
    await sqs.send(new SDK.DeleteQueueCommand({ QueueUrl: queue.url }));
    expect(await refusal(queue.receive())).toBe("QueueDoesNotExist");
  },

  "a name is free again only 60 seconds after its queue was deleted": async ({ create, sqs }) => {
    const { url: QueueUrl } = await create();
    await sqs.send(new SDK.DeleteQueueCommand({ QueueUrl }));
    const again = sqs.send(new SDK.CreateQueueCommand({ QueueName: nameOf(QueueUrl) }));
    expect(await refusal(again)).toBe("QueueDeletedRecently");
  },

  "queues are listed by prefix": async ({ sqs }) => {
    const prefix = uniqueName("list");
    for (const suffix of ["a", "b"]) await sqs.send(new SDK.CreateQueueCommand({ QueueName: `${prefix}-${suffix}` }));
    const { QueueUrls } = await sqs.send(new SDK.ListQueuesCommand({ QueueNamePrefix: prefix }));
    expect(QueueUrls?.map(nameOf).sort()).toEqual([`${prefix}-a`, `${prefix}-b`]);
  },

  "queues are listed by pages": async ({ sqs }) => {
    const QueueNamePrefix = uniqueName("page");
    for (const suffix of ["a", "b", "c"]) {
      await sqs.send(new SDK.CreateQueueCommand({ QueueName: `${QueueNamePrefix}-${suffix}` }));
    }
    const first = await sqs.send(new SDK.ListQueuesCommand({ QueueNamePrefix, MaxResults: 2 }));
    expect(first.QueueUrls).toHaveLength(2);
    const NextToken = first.NextToken;
    const second = await sqs.send(new SDK.ListQueuesCommand({ QueueNamePrefix, MaxResults: 2, NextToken }));
    expect(second.NextToken).toBeUndefined();
    const names = [...(first.QueueUrls ?? []), ...(second.QueueUrls ?? [])].map(nameOf);
    expect(names.sort()).toEqual(["a", "b", "c"].map((suffix) => `${QueueNamePrefix}-${suffix}`));
  },

  "permissions become a policy, and are taken away by their label": async ({ create, sqs }) => {
    const queue = await create();
    const input = { QueueUrl: queue.url, Label: "share", AWSAccountIds: ["111122223333"], Actions: ["SendMessage"] };
    await sqs.send(new SDK.AddPermissionCommand(input));
    const { Policy = "{}" } = await queue.attributes("Policy");
    expect(JSON.parse(Policy)).toMatchObject({ Statement: [{ Sid: "share", Effect: "Allow" }] });
    await sqs.send(new SDK.RemovePermissionCommand({ QueueUrl: queue.url, Label: "share" }));
    expect((await queue.attributes("Policy"))["Policy"] ?? "").not.toContain("share");
  },
};
