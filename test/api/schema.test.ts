import { expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { taskEventSchema, tokenEventSchema } from "../../src/contract/schema/event.ts";
import { taskRecordSchema } from "../../src/contract/schema/record.ts";
import { completedTask, failedTask } from "../../src/ui/views/testing/stories.ts";
import { startStage } from "./harness.ts";

const recorded = [...completedTask, ...failedTask].filter((event) => "seq" in event);

test.each(recorded)("the schema takes a recorded $type event whole, and JSON Schema can say it", (event) => {
  expect(taskEventSchema.parse(event)).toEqual(event);
});

test("the schemas refuse what is no event", () => {
  expect(taskEventSchema.safeParse({ ...recorded[0], seq: 0 }).success).toBe(false);
  expect(taskEventSchema.safeParse({ ...recorded[0], type: "exploded" }).success).toBe(false);
  expect(
    tokenEventSchema.safeParse({ type: "token", taskId: "t", generation: 1, attempt: 1, offset: -1, delta: "" })
      .success,
  ).toBe(false);
  expect(z.toJSONSchema(taskEventSchema)).toHaveProperty("oneOf");
});

test("what the API tells of a task is what the schemas say, and nothing more", async () => {
  const stage = await startStage();
  onTestFinished(() => stage.close());
  const client = stage.client();
  const { taskId } = await client.submit({ prompt: "Say hello." });
  const { task } = await client.get(taskId);
  expect(taskRecordSchema.parse(task)).toEqual(task);
  const { events } = await client.events(taskId);
  for (const event of events) expect(taskEventSchema.parse(event)).toEqual(event);
  expect(events.length).toBeGreaterThan(0);
});
