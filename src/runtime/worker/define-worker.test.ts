import { expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import type { Json } from "../../contract/task.ts";
import { defineWorker } from "./define-worker.ts";

it("types a task's input by its schema's output", () => {
  const handler = defineWorker({
    input: z.object({ words: z.coerce.number(), tags: z.array(z.string()).default([]) }),
    run(task) {
      expectTypeOf(task.input).toEqualTypeOf<{ words: number; tags: string[] }>();
      expectTypeOf(task.prompt).toEqualTypeOf<string>();
    },
  });
  expect(handler).toBeTypeOf("function");
});

it("leaves it JSON without a schema", () => {
  defineWorker({ run: (task) => expectTypeOf(task.input).toEqualTypeOf<Json | undefined>() });
});

it("takes any Standard Schema", () => {
  const schema = {
    "~standard": { version: 1 as const, vendor: "mine", validate: (value: unknown) => ({ value: String(value) }) },
  };
  defineWorker({ input: schema, run: (task) => expectTypeOf(task.input).toEqualTypeOf<string>() });
});

it("names the first setting that is missing when the function is not part of a stage", async () => {
  const handler = defineWorker({ run: () => null });
  const context = { awsRequestId: "r", getRemainingTimeInMillis: () => 1_000 };
  await expect(handler({ Records: [] }, context)).rejects.toThrow(/AI_PIPELINE_APP is not set/);
});
