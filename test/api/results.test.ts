import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/contract/clock.ts";
import { createDynamo } from "../../src/runtime/aws/dynamo.ts";
import { createObjects } from "../../src/runtime/aws/objects.ts";
import { createTaskStore } from "../../src/runtime/store/index.ts";
import { startStage, type TestStage } from "./harness.ts";

let stage: TestStage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** A task whose result lies in the bucket, as the worker leaves it. */
async function completed(result: string): Promise<string> {
  const { taskId } = await stage.client().submit({ prompt: "p" });
  const store = createTaskStore({ dynamo: createDynamo(), settings: stage.settings, clock: systemClock });
  const task = (await store.get(taskId))?.task ?? { taskId, userId: "service", prompt: "p" };
  const claim = await store.claim({
    task,
    messageId: "m",
    receiveCount: 1,
    sentAt: Date.now(),
    requestId: "r",
    leaseUntil: Date.now() + 60_000,
  });
  if (claim.outcome !== "run") throw new Error(claim.outcome);
  const { generation, attempt, fence } = claim.transition.record;
  const key = `results/${taskId}.json`;
  await createObjects().put({ bucket: stage.settings.bucket, key }, JSON.stringify(result), "application/json");
  const resultRef = `s3://${stage.settings.bucket}/${key}`;
  await store.complete({ taskId, generation, attempt, fence }, { resultRef, usage: [], durationMs: 1 });
  return taskId;
}

test("a result in the bucket travels inside the answer when it fits", async () => {
  const taskId = await completed("é".repeat(300_000));
  const { task, resultUrl } = await stage.client().get(taskId);
  expect(resultUrl).toBeUndefined();
  expect(task.result).toBe("é".repeat(300_000));
});

test("a larger one is read from a presigned address, by the client itself", async () => {
  const result = "x".repeat(6 * 1024 * 1024);
  const taskId = await completed(result);
  const { task, resultUrl } = await stage.client().get(taskId);
  expect(task.result).toBeUndefined();
  expect(resultUrl).toContain("X-Amz-Signature=");
  expect((await stage.client().result(task)) === result).toBe(true);
  for await (const event of stage.client().follow(taskId)) {
    if (event.type === "completed") expect(event.result === result).toBe(true);
  }
});
