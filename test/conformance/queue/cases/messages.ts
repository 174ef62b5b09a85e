import { type MessageAttributeValue, SendMessageCommand } from "@aws-sdk/client-sqs";
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { attributesMd5 } from "../attributes-md5.ts";
import { refusal } from "../refusal.ts";
import type { QueueCases } from "./index.ts";

const ATTRIBUTES: Record<string, MessageAttributeValue> = {
  text: { DataType: "String", StringValue: "héllo" },
  number: { DataType: "Number", StringValue: "12.50" },
  bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 255, 10) },
  "labelled.text": { DataType: "String.email", StringValue: "someone@example.com" },
  "labelled.number": { DataType: "Number.int", StringValue: "7" },
  "labelled.bytes": { DataType: "Binary.png", BinaryValue: Uint8Array.of(1) },
};

export const messages: QueueCases = {
  "a message is sent, received, and deleted by its receipt handle": async ({ create }) => {
    const queue = await create();
    const sent = await queue.send("hello");
    const message = await queue.receiveOne();
    expect(message).toMatchObject({ MessageId: sent.MessageId, Body: "hello", MD5OfBody: sent.MD5OfMessageBody });
    await queue.remove(message);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  },

  "bodies keep every character, and their MD5 is of the UTF-8": async ({ create }) => {
    const queue = await create();
    const body = 'tab\t newline\n "quotes" <tags> & ünïcödé 漢字 🙂';
    const sent = await queue.send(body);
    expect(sent.MD5OfMessageBody).toBe(createHash("md5").update(body).digest("hex"));
    expect((await queue.receiveOne()).Body).toBe(body);
  },

  "a message carries sender, times and receive count": async ({ create }) => {
    const queue = await create();
    const before = Date.now();
    await queue.send("hello");
    const { Attributes = {} } = await queue.receiveOne({ VisibilityTimeout: 0 });
    expect(Attributes["SenderId"]).toMatch(/./);
    expect(Attributes["ApproximateReceiveCount"]).toBe("1");
    for (const name of ["SentTimestamp", "ApproximateFirstReceiveTimestamp"] as const) {
      expect(Math.abs(Number(Attributes[name]) - before)).toBeLessThan(5000);
    }
    const again = await queue.receiveOne();
    expect(again.Attributes).toMatchObject({
      ApproximateReceiveCount: "2",
      SentTimestamp: Attributes["SentTimestamp"],
      ApproximateFirstReceiveTimestamp: Attributes["ApproximateFirstReceiveTimestamp"],
    });
  },

  "attributes that were not asked for are left out": async ({ create }) => {
    const queue = await create();
    await queue.send("hello", { MessageAttributes: ATTRIBUTES });
    const message = await queue.receiveOne({ MessageAttributeNames: [], MessageSystemAttributeNames: [] });
    expect(message).not.toHaveProperty("Attributes");
    expect(message).not.toHaveProperty("MessageAttributes");
    expect(message).not.toHaveProperty("MD5OfMessageAttributes");
  },

  "attributes of every type and label come back, with their MD5": async ({ create }) => {
    const queue = await create();
    const sent = await queue.send("hello", { MessageAttributes: ATTRIBUTES });
    expect(sent.MD5OfMessageAttributes).toBe(attributesMd5(ATTRIBUTES));
    const message = await queue.receiveOne();
    expect(message.MessageAttributes).toMatchObject(ATTRIBUTES);
    expect(message.MD5OfMessageAttributes).toBe(attributesMd5(ATTRIBUTES));
  },

  "attributes can be asked for by name and by prefix, and their MD5 is of those": async ({ create }) => {
    const queue = await create();
    await queue.send("hello", { MessageAttributes: ATTRIBUTES });
    const message = await queue.receiveOne({ MessageAttributeNames: ["text", "labelled.*"] });
    const { number: _number, bytes: _bytes, ...wanted } = ATTRIBUTES;
    expect(Object.keys(message.MessageAttributes ?? {}).sort()).toEqual(Object.keys(wanted).sort());
    expect(message.MD5OfMessageAttributes).toBe(attributesMd5(wanted));
  },

  "attributes can be asked for all at once, in three ways": async ({ create }) => {
    const queue = await create();
    await queue.send("hello", { MessageAttributes: ATTRIBUTES });
    for (const name of ["All", ".*", "*"]) {
      const message = await queue.receiveOne({ MessageAttributeNames: [name], VisibilityTimeout: 0 });
      expect(Object.keys(message.MessageAttributes ?? {}).sort(), name).toEqual(Object.keys(ATTRIBUTES).sort());
    }
  },

  "attribute names hold letters of any script, and none that AWS keeps for itself": async ({ create }) => {
    const queue = await create();
    const send = (name: string) =>
      queue.send("hello", { MessageAttributes: { [name]: { DataType: "String", StringValue: "x" } } });
    await send("größe.ø1");
    for (const name of ["AWS.name", "amazon.name", ".name", "name!", "na me"]) {
      expect(await refusal(send(name)), name).toBe("InvalidParameterValue");
    }
  },

  "a character that XML cannot hold is refused in an attribute too": async ({ create }) => {
    const queue = await create();
    const MessageAttributes = { text: { DataType: "String", StringValue: "bell \u0007" } };
    expect(await refusal(queue.send("hello", { MessageAttributes }))).toBe("InvalidParameterValue");
  },

  "an attribute of no known type is refused": async ({ create }) => {
    const queue = await create();
    const MessageAttributes = { odd: { DataType: "Boolean", StringValue: "true" } };
    expect(await refusal(queue.send("hello", { MessageAttributes }))).toBe("InvalidParameterValue");
  },

  "more than ten attributes are refused": async ({ create }) => {
    const queue = await create();
    const eleven = Array.from({ length: 11 }, (_, index) => [`a${index}`, { DataType: "String", StringValue: "x" }]);
    expect(await refusal(queue.send("hello", { MessageAttributes: Object.fromEntries(eleven) }))).toBe(
      "InvalidParameterValue",
    );
  },

  "the trace header is a system attribute with an MD5 of its own": async ({ create }) => {
    const queue = await create();
    const header = { DataType: "String", StringValue: "Root=1-5759e988-bd862e3fe1be46a994272793" };
    const sent = await queue.send("hello", { MessageSystemAttributes: { AWSTraceHeader: header } });
    expect(sent.MD5OfMessageSystemAttributes).toBe(attributesMd5({ AWSTraceHeader: header }));
    expect((await queue.receiveOne()).Attributes).toMatchObject({ AWSTraceHeader: header.StringValue });
  },

  "the trace header of the request goes with the message": async ({ create, sqs }) => {
    const queue = await create();
    const header = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    const send = new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "hello" });
    send.middlewareStack.add(
      (next) => async (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        headers["x-amzn-trace-id"] = header;
        return next(args);
      },
      { step: "build" },
    );
    await sqs.send(send);
    expect((await queue.receiveOne()).Attributes).toMatchObject({ AWSTraceHeader: header });
  },

  "a standard queue carries a message group, which is not empty": async ({ create }) => {
    const queue = await create();
    await queue.send("hello", { MessageGroupId: "tenant-1" });
    expect((await queue.receiveOne()).Attributes).toMatchObject({ MessageGroupId: "tenant-1" });
    expect(await refusal(queue.send("hello", { MessageGroupId: "" }))).toBe("InvalidParameterValue");
  },

  "a receive gives ten messages at most, and one when it names no number": async ({ create }) => {
    const queue = await create();
    for (const from of [0, 6]) {
      await queue.sendBatch(
        Array.from({ length: 6 }, (_, index) => ({ Id: String(index), MessageBody: String(from + index) })),
      );
    }
    expect(await queue.receive({ MaxNumberOfMessages: undefined })).toHaveLength(1);
    const received = [...(await queue.receive()), ...(await queue.receive())];
    expect(received).toHaveLength(11);
    expect(new Set(received.map(({ MessageId }) => MessageId)).size).toBe(11);
  },

  "a receive of more than ten, or of none, is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.receive({ MaxNumberOfMessages: 11 }))).toBe("InvalidParameterValue");
    expect(await refusal(queue.receive({ MaxNumberOfMessages: 0 }))).toBe("InvalidParameterValue");
  },

  "a wait of more than 20 seconds is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.receive({ WaitTimeSeconds: 21 }))).toBe("InvalidParameterValue");
  },

  "an empty body is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.send(""))).toBe("MissingParameter");
  },

  "a body with a character that XML cannot hold is refused": async ({ create }) => {
    const queue = await create();
    expect(await refusal(queue.send("nul \u0000"))).toBe("InvalidMessageContents");
  },

  "a message of 1 MiB is taken, one of a byte more is refused": async ({ create }) => {
    const queue = await create();
    const mebibyte = "x".repeat(1024 * 1024);
    await queue.send(mebibyte);
    expect((await queue.receiveOne()).Body).toHaveLength(mebibyte.length);
    expect(await refusal(queue.send(`${mebibyte}x`))).toBe("InvalidParameterValue");
  },

  "the queue's own limit of a message is kept": async ({ create }) => {
    const queue = await create({ MaximumMessageSize: "1024" });
    await queue.send("x".repeat(1024));
    expect(await refusal(queue.send("x".repeat(1025)))).toBe("InvalidParameterValue");
  },

  "attributes count towards the limit of a message": async ({ create }) => {
    const queue = await create({ MaximumMessageSize: "1024" });
    const MessageAttributes = { a: { DataType: "String", StringValue: "x".repeat(100) } };
    expect(await refusal(queue.send("x".repeat(1000), { MessageAttributes }))).toBe("InvalidParameterValue");
  },
};
