import { describe, expect, it } from "vitest";
import * as z from "zod";
import { taskSchema } from "../../contract/schema/task.ts";
import { parseTask } from "./parse-task.ts";

const good = { taskId: "task-0001", userId: "u", prompt: "Say hello." };

describe("parseTask agrees with the published schema", () => {
  it.each<[string, unknown]>([
    ["the least", good],
    ["an empty prompt", { ...good, prompt: "" }],
    [
      "everything",
      {
        ...good,
        documentReference: "s3://b/k",
        callbackUrl: "https://x",
        input: [1, null, { a: "b" }],
        metadata: { a: 1 },
      },
    ],
    ["input null", { ...good, input: null }],
    ["unknown members", { ...good, extra: 1 }],
    ["no id", { userId: "u", prompt: "p" }],
    ["a short id", { ...good, taskId: "short" }],
    ["an id with a slash", { ...good, taskId: "task/0001" }],
    ["an id too long", { ...good, taskId: "a".repeat(129) }],
    ["no user", { ...good, userId: "" }],
    ["a number for a prompt", { ...good, prompt: 1 }],
    ["a list for metadata", { ...good, metadata: [] }],
    ["null for metadata", { ...good, metadata: null }],
    ["a number for a callback", { ...good, callbackUrl: 1 }],
    ["null for a document", { ...good, documentReference: null }],
    ["a list", []],
    ["null", null],
  ])("on %s", (_name, value) => {
    expect(parseTask(JSON.stringify(value), "m1").error === undefined).toBe(taskSchema.safeParse(value).success);
  });
});

it("drops what the contract does not name", () => {
  expect(parseTask(JSON.stringify({ ...good, extra: 1 }), "m1").task).toEqual(good);
});

it("keeps what can be read of a message that is no task", () => {
  expect(parseTask('{"taskId":"task-0001","prompt":"p"}', "m1").task).toEqual({
    taskId: "task-0001",
    userId: "unknown",
    prompt: "p",
  });
  expect(parseTask("{", "m1").task.taskId).toBe("message-m1");
});

it("refuses what DynamoDB cannot hold", () => {
  expect(parseTask(JSON.stringify({ ...good, input: 1e200 }), "m1").error?.message).toMatch(/numbers beyond/);
});

it("never quotes the message", () => {
  const { error } = parseTask('{"taskId": "my private prompt', "m1");
  expect(error?.message).not.toContain("private");
});

it("can be published as JSON Schema", () => {
  expect(z.toJSONSchema(taskSchema, { io: "input" })).toMatchObject({
    type: "object",
    required: ["taskId", "userId", "prompt"],
  });
});
