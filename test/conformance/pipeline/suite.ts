import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createClient } from "../../../src/client/index.ts";
import type { PipelineClient } from "../../../src/client/types.ts";
import type { TaskStatus } from "../../../src/contract/event.ts";
import type { FollowEvent } from "../../../src/contract/ports.ts";
import { startReceiver } from "../../runtime/harness.ts";
import { CONFIG, CREDENTIALS, type PipelineSubject } from "./subject.ts";
import { leaveUnheard } from "./unheard.ts";

const PROMPT = "Queues hold work until someone takes it. Dead letters are what nobody could take.";

/** A pipeline on one server: the runtime's real functions behind real gateways, asked by the real client. */
export function createPipelineContractSuite(name: string, start: () => Promise<PipelineSubject>): void {
  describe(`pipeline: ${name}`, () => {
    let stage: PipelineSubject;
    let client: PipelineClient;
    let sqs: SQSClient;
    beforeAll(async () => {
      stage = await start();
      client = createClient({ url: stage.url, socketUrl: stage.socketUrl, token: stage.token });
      sqs = new SQSClient({ endpoint: stage.endpoint, region: "us-east-1", credentials: CREDENTIALS });
    });
    afterEach(() => stage.faults.clear());
    afterAll(async () => {
      sqs.destroy();
      await stage.close();
    });

    /** What a follower hears of the task, without news of the connection itself. */
    const follow = async (follower: PipelineClient, taskId: string) => {
      const told: FollowEvent[] = [];
      for await (const event of follower.follow(taskId, { signal: AbortSignal.timeout(30_000) })) {
        if (event.type !== "connection") told.push(event);
      }
      return told;
    };
    const durable = (told: FollowEvent[]) => told.map(({ type }) => type).filter((type) => type !== "token");
    /** Resolves when the task queue holds nothing, in flight neither. */
    const untilIdle = () =>
      vi.waitFor(async () => expect(await counts(stage.queueUrl)).toEqual([0, 0]), {
        timeout: 20_000,
        interval: 200,
      });
    const counts = async (QueueUrl: string) => {
      const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
      const input = { QueueUrl, AttributeNames: [...names] };
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand(input));
      return names.map((counter) => Number(Attributes[counter]));
    };
    const submit = (more: { taskId?: string; callbackUrl?: string } = {}) =>
      client.submit({ userId: "user-1", prompt: PROMPT, ...more });
    const until = (taskId: string, status: TaskStatus) =>
      vi.waitFor(
        async () => {
          const { task } = await client.get(taskId);
          expect(task.status).toBe(status);
          return task;
        },
        { timeout: 40_000, interval: 200 },
      );
    const typesOf = async (taskId: string) => {
      const { events } = await client.events(taskId);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      return events.map(({ type }) => type);
    };

    test("a task is accepted at once and ends with its result and its timeline", async () => {
      const { taskId, status, duplicate } = await submit();
      expect({ status, duplicate }).toEqual({ status: "accepted", duplicate: false });
      const record = await until(taskId, "completed");
      expect(record.result).toEqual(expect.stringContaining("Queues hold work"));
      expect(record.attempts).toMatchObject([{ generation: 1, attempt: 1, outcome: "completed" }]);
      expect(await typesOf(taskId)).toEqual(["accepted", "started", "completed"]);
    });

    test("a follower hears every event over the WebSocket, however late it comes", async () => {
      const { taskId } = await submit();
      const told = await follow(client, taskId);
      expect(durable(told)).toEqual(["accepted", "started", "completed"]);
      expect(durable(await follow(client, taskId))).toEqual(["accepted", "started", "completed"]);
    });

    test("a follower who is there in time hears every token too, by the WebSocket alone", async () => {
      // The first attempt ends by its own time limit, so that the follower is there before the second streams.
      stage.faults.set("model:hang=next:1");
      const { taskId } = await submit();
      const { url, socketUrl, token } = stage;
      const told = await follow(createClient({ url, socketUrl, token, pollAfter: Number.MAX_SAFE_INTEGER }), taskId);
      expect(durable(told)).toEqual(["accepted", "started", "failed", "started", "completed"]);
      const text = told.map((event) => (event.type === "token" ? event.delta : "")).join("");
      expect(told.at(-1)).toMatchObject({ type: "completed", result: text });
    });

    test("a task whose model fails three times goes to the dead-letter queue, and says so", async () => {
      stage.faults.set("model:500");
      const { taskId } = await submit();
      await vi.waitFor(async () => expect(await counts(stage.deadLetterQueueUrl)).toEqual([1, 0]), {
        timeout: 40_000,
        interval: 200,
      });
      await stage.reconcile();
      const record = await until(taskId, "deadlettered");
      expect(record.attempts.map(({ outcome }) => outcome)).toEqual(["failed", "failed", "failed"]);
      expect(await typesOf(taskId)).toEqual([
        "accepted",
        "started",
        "failed",
        "started",
        "failed",
        "started",
        "failed",
        "deadlettered",
      ]);
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: stage.deadLetterQueueUrl }));
      expect(Messages.map(({ Body = "" }) => JSON.parse(Body).taskId)).toEqual([taskId]);
    });

    test("a task whose message is dead without its record's knowledge is found there, and the message given back", async () => {
      const server = { endpoint: stage.endpoint, credentials: CREDENTIALS };
      const task = await leaveUnheard({ ...server, app: CONFIG.app, stage: CONFIG.stage });
      await stage.reconcile();
      await until(task.taskId, "deadlettered");
      const { events } = await client.events(task.taskId);
      expect(events.at(-1)).toMatchObject({ type: "deadlettered", reason: "never-ran" });
      const seen = async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: stage.deadLetterQueueUrl,
            MaxNumberOfMessages: 10,
            WaitTimeSeconds: 1,
          }),
        );
        return Messages.map(({ Body }) => Body);
      };
      await expect.poll(seen, { timeout: 10_000 }).toContain(JSON.stringify(task));
    });

    test("a task is cancelled while its model hangs", async () => {
      stage.faults.set("model:hang=next:1");
      const { taskId } = await submit();
      await until(taskId, "running");
      const { task } = await client.cancel(taskId);
      expect(task.status).toBe("cancelled");
      expect(await typesOf(taskId)).toEqual(["accepted", "started", "cancelled"]);
      await untilIdle();
      expect((await client.get(taskId)).task.status).toBe("cancelled");
    });

    test("the end is told by a webhook that its receiver can verify", async () => {
      const receiver = await startReceiver([200]);
      try {
        const { taskId } = await submit({ callbackUrl: receiver.url });
        await until(taskId, "completed");
        await vi.waitFor(() => expect(receiver.calls).toHaveLength(1), { timeout: 10_000 });
        const [call] = receiver.calls;
        const headers: Record<string, string> = {};
        for (const [header, value] of Object.entries(call?.headers ?? {})) headers[header] = String(value);
        const body = new Webhook(stage.webhookSecret).verify(call?.body ?? "", headers);
        expect(body).toMatchObject({ type: "task.completed", data: { taskId } });
      } finally {
        await receiver.close();
      }
    });

    test("the same task handed in twice is one task", async () => {
      const taskId = randomUUID();
      const answers = await Promise.all([submit({ taskId }), submit({ taskId })]);
      expect(answers.map(({ duplicate }) => duplicate).sort()).toEqual([false, true]);
      await until(taskId, "completed");
      expect(await submit({ taskId })).toMatchObject({ taskId, duplicate: true, status: "completed" });
      expect(await typesOf(taskId)).toEqual(["accepted", "started", "completed"]);
    });

    test("a message that is delivered again does not run a finished task again", async () => {
      const { taskId } = await submit();
      const { task } = await until(taskId, "completed");
      await untilIdle();
      await sqs.send(new SendMessageCommand({ QueueUrl: stage.queueUrl, MessageBody: JSON.stringify(task) }));
      await untilIdle();
      expect(await typesOf(taskId)).toEqual(["accepted", "started", "completed"]);
    });

    test("tasks are listed, newest first", async () => {
      const first = await submit();
      const second = await submit();
      const { tasks } = await client.list({ limit: 2 });
      expect(tasks.map(({ taskId }) => taskId)).toEqual([second.taskId, first.taskId]);
      await until(second.taskId, "completed");
    });

    test("a document is uploaded to a presigned address", async () => {
      const body = new TextEncoder().encode("A report.");
      const reference = await client.upload({ name: "report.txt", body, contentType: "text/plain" });
      const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(reference) ?? [];
      expect(bucket).toBe(stage.bucket);
      const s3 = new S3Client({
        endpoint: stage.endpoint,
        region: "us-east-1",
        credentials: CREDENTIALS,
        forcePathStyle: true,
      });
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      expect(await object.Body?.transformToString()).toBe("A report.");
      s3.destroy();
    });

    test("callers without the stage's token are refused", async () => {
      expect((await fetch(`${stage.url}/tasks`)).status).toBe(401);
      const stranger = createClient({ url: stage.url, token: "not-the-token" });
      await expect(stranger.list()).rejects.toMatchObject({ status: 403 });
      const socket = new WebSocket(`${stage.socketUrl}?ticket=none`);
      const outcome = await new Promise((resolve) => {
        socket.addEventListener("open", () => resolve("open"));
        socket.addEventListener("error", () => resolve("refused"));
      });
      expect(outcome).toBe("refused");
    });
  });
}
