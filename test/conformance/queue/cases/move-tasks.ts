import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  StartMessageMoveTaskCommand,
  type StartMessageMoveTaskCommandInput,
} from "@aws-sdk/client-sqs";
import { expect, vi } from "vitest";
import { refusal } from "../refusal.ts";
import type { Queues, TestQueue } from "../test-queue.ts";
import type { QueueCases } from "./index.ts";

const start = async (dead: TestQueue, more: Partial<StartMessageMoveTaskCommandInput> = {}) =>
  dead.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: await dead.arn(), ...more }));

const list = async (dead: TestQueue): Promise<ListMessageMoveTasksResultEntry[]> =>
  (await dead.sqs.send(new ListMessageMoveTasksCommand({ SourceArn: await dead.arn(), MaxResults: 10 }))).Results ?? [];

const cancel = (dead: TestQueue, TaskHandle: string | undefined) =>
  dead.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));

/** @returns queues with so many dead letters. */
async function withDeadLetters({ createWithDeadLetters }: Queues, count: number) {
  const { source, dead } = await createWithDeadLetters(1);
  for (let index = 0; index < count; index += 1) await source.send(`letter ${index}`);
  const ids: (string | undefined)[] = [];
  while (ids.length < count) {
    ids.push(...(await source.receive({ VisibilityTimeout: 0 })).map(({ MessageId }) => MessageId));
  }
  await vi.waitFor(
    async () => {
      await source.receive();
      expect((await dead.counts())[0]).toBe(count);
    },
    { timeout: 5000, interval: 50 },
  );
  return { source, dead, ids };
}

export const moveTasks: QueueCases = {
  "a move task brings dead letters back to where they came from, as new messages": async (queues) => {
    const { source, dead, ids } = await withDeadLetters(queues, 3);
    expect((await start(dead)).TaskHandle).toMatch(/./);
    await vi.waitFor(async () => expect(await source.counts()).toEqual([3, 0, 0]), { timeout: 10_000, interval: 100 });
    expect(await dead.counts()).toEqual([0, 0, 0]);
    const messages = await source.receive();
    for (const { MessageId, Attributes } of messages) {
      expect(ids).not.toContain(MessageId);
      expect(Attributes).toMatchObject({ ApproximateReceiveCount: "1" });
    }
  },

  "a move task can go to another queue": async (queues) => {
    const { dead } = await withDeadLetters(queues, 1);
    const other = await queues.create();
    await start(dead, { DestinationArn: await other.arn() });
    expect(await other.bodies({ WaitTimeSeconds: 10 })).toEqual(["letter 0"]);
  },

  "a move task that is done is listed with its counts, and has no handle any more": async (queues) => {
    const { source, dead } = await withDeadLetters(queues, 2);
    await start(dead);
    await vi.waitFor(async () => expect((await list(dead))[0]?.Status).toBe("COMPLETED"), {
      timeout: 10_000,
      interval: 100,
    });
    const [task] = await list(dead);
    expect(task).toMatchObject({ ApproximateNumberOfMessagesMoved: 2, SourceArn: await dead.arn() });
    expect(task).not.toHaveProperty("TaskHandle");
    expect(await source.counts()).toEqual([2, 0, 0]);
  },

  "a move task runs at the rate that is asked for, and can be cancelled": async (queues) => {
    const { source, dead } = await withDeadLetters(queues, 5);
    const { TaskHandle } = await start(dead, { MaxNumberOfMessagesPerSecond: 1 });
    expect((await list(dead))[0]).toMatchObject({ Status: "RUNNING", TaskHandle });
    const { ApproximateNumberOfMessagesMoved = 0 } = await cancel(dead, TaskHandle);
    expect(ApproximateNumberOfMessagesMoved).toBeLessThan(5);
    await vi.waitFor(async () => expect((await list(dead))[0]?.Status).toBe("CANCELLED"), {
      timeout: 5000,
      interval: 50,
    });
    const [[back = 0], [left = 0]] = [await source.counts(), await dead.counts()];
    expect(back + left).toBe(5);
    expect(left).toBeGreaterThan(0);
  },

  "a queue has one active move task": async (queues) => {
    const { dead } = await withDeadLetters(queues, 3);
    const { TaskHandle } = await start(dead, { MaxNumberOfMessagesPerSecond: 1 });
    expect(await refusal(start(dead))).toBe("InvalidParameterValue");
    await cancel(dead, TaskHandle);
  },

  "a move task starts only from a dead-letter queue": async ({ create }) => {
    expect(await refusal(start(await create()))).toBe("InvalidParameterValue");
  },

  "a move task from a queue that is not there is refused": async ({ create }) => {
    const queue = await create();
    const SourceArn = `${await queue.arn()}-none`;
    expect(await refusal(queue.sqs.send(new StartMessageMoveTaskCommand({ SourceArn })))).toBe("ResourceNotFound");
  },

  "a task handle that is none cannot be cancelled": async ({ create }) => {
    expect(await refusal(cancel(await create(), "none"))).toBe("InvalidParameterValue");
  },
};
