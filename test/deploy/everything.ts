import { randomUUID } from "node:crypto";
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, vi } from "vitest";
import { createClient, type PipelineClient } from "../../src/client/index.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { messageText } from "../../src/contract/json.ts";
import type { StageOutputs } from "../../src/contract/resources.ts";
import {
  ALL_TOPIC,
  connectionKey,
  connectionTopicKey,
  subscriptionKey,
  taskKey,
  userTopic,
} from "../../src/contract/table.ts";
import type { Task } from "../../src/contract/task.ts";
import { createDynamo } from "../../src/runtime/aws/dynamo.ts";
import { createTaskStore } from "../../src/runtime/store/index.ts";
import { clientSettings } from "../helpers/client-settings.ts";

/** Streams, tells, reads its document, and returns more than a record holds. */
export const WORKER = `import { defineWorker } from "ai-pipeline/runtime";
export const handler = defineWorker({
  async run(task, ctx) {
    if (task.prompt === "fail") throw new Error("It fails.");
    await ctx.progress("reading");
    const bytes = (await (await ctx.document())?.bytes())?.length ?? 0;
    ctx.token("some text");
    if (task.prompt === "wait") await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
    if (task.prompt === "slow") await new Promise((resolve) => setTimeout(resolve, 1_000));
    await ctx.progress("read");
    return { bytes, text: "x".repeat(400_000) };
  },
});
`;

const HOUR = 3_600_000;
/** Whose task died; of this user's tasks the reconciler alone tells. */
const DIED = "whose-task-died";

/** Does everything that a stage does, well and badly, once. */
export async function useEverything(outputs: StageOutputs, token: string): Promise<void> {
  const aws = awsAt(outputs.httpUrl);
  const client = createClient({ url: outputs.httpUrl, token, socketUrl: outputs.socketUrl });
  const watching = new AbortController();
  const watched = (async () => {
    for await (const event of client.followAll({ signal: watching.signal })) void event;
  })();
  try {
    await aws.leaveConnection(outputs, ALL_TOPIC);
    await liveWell(client);
    await tellWhoIsGone(client, () => aws.leaveConnection(outputs, ALL_TOPIC));
    await endBadly(client);
    await aws.leaveConnection(outputs, userTopic(DIED));
    await aws.leaveFailedStart(outputs);
    await aws.reconcile(outputs, await aws.leaveTasks(outputs));
  } finally {
    watching.abort();
    await watched;
    aws.close();
  }
}

async function toEnd(client: PipelineClient, taskId: string): Promise<void> {
  for await (const event of client.follow(taskId)) void event;
}

async function liveWell(client: PipelineClient): Promise<void> {
  const body = Buffer.from("a document");
  const documentReference = await client.upload({ name: "a.txt", body, contentType: "text/plain" });
  const { taskId } = await client.submit({ prompt: "go", documentReference });
  await toEnd(client, taskId);
  await client.get(taskId);
  await client.list();
  await client.events(taskId);
  await client.ticket(taskId);
}

/** A connection is lost while the worker tells. */
async function tellWhoIsGone(client: PipelineClient, leaveConnection: () => Promise<void>): Promise<void> {
  const { taskId } = await client.submit({ prompt: "slow" });
  for await (const event of client.follow(taskId)) if (event.type === "progress") await leaveConnection();
}

async function endBadly(client: PipelineClient): Promise<void> {
  // Whoever cancels it calls back, or would: there is no such host.
  const cancelled = await client.submit({ prompt: "wait", callbackUrl: "https://callback.invalid/" });
  for await (const event of client.follow(cancelled.taskId))
    if (event.type === "token") await client.cancel(cancelled.taskId);
  const failing = await client.submit({ prompt: "fail" });
  await toEnd(client, failing.taskId);
}

/** What is left in tables and queues by those who died, and whoever mends it. */
function awsAt(endpoint: string) {
  const options = clientSettings(endpoint);
  const dynamo = createDynamo(new DynamoDBClient(options));
  const sqs = new SQSClient(options);
  const lambda = new LambdaClient(options);
  const logs = new CloudWatchLogsClient({ ...options, disableHostPrefix: true });
  const clock = { ...systemClock, now: () => Date.now() - HOUR };
  const aTask = (userId = "somebody") => ({ taskId: randomUUID(), userId, prompt: "go" });

  return {
    /** A follower who went without a word. */
    async leaveConnection({ connectionsTable }: StageOutputs, topic: string): Promise<void> {
      const connectionId = randomUUID();
      await dynamo.put(connectionsTable, { ...connectionKey(connectionId), connectionId, kind: "service" });
      await dynamo.put(connectionsTable, { ...connectionTopicKey(connectionId, topic) });
      await dynamo.put(connectionsTable, { ...subscriptionKey(topic, connectionId), connectionId });
    },

    /** What Lambda writes when the worker's code cannot be loaded. */
    async leaveFailedStart({ functions }: StageOutputs): Promise<void> {
      const logGroupName = `/aws/lambda/${functions.worker}`;
      const logStreamName = "a-start-that-failed";
      const message = JSON.stringify({ type: "platform.initReport", record: { status: "error", errorType: "Error" } });
      const logEvents = [{ timestamp: Date.now(), message }];
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    },

    /** Of an hour ago: never sent, died on the last attempt, in the dead-letter queue without a word, done and not told. */
    async leaveTasks({ tasksTable, queueUrl, deadLetterQueueUrl }: StageOutputs): Promise<string[]> {
      const settings = { tasksTable, ttlDays: 14, maxAttempts: 3, timeScale: 1 };
      const store = createTaskStore({ dynamo, settings, clock });
      const begin = async (task: Task, receiveCount: number) => {
        await store.accept(task);
        const times = { sentAt: clock.now(), leaseUntil: clock.now() + 1_000 };
        const claim = await store.claim({ task, messageId: randomUUID(), receiveCount, requestId: "gone", ...times });
        if (claim.outcome !== "run") throw new Error(`The task is ${claim.outcome}.`);
        return {
          task,
          ref: { taskId: task.taskId, generation: 1, attempt: receiveCount, fence: claim.transition.record.fence },
        };
      };
      const unsent = aTask();
      await store.accept(unsent);
      // An address that is refused before anything is sent to it.
      const died = await begin({ ...aTask(DIED), callbackUrl: "https://127.0.0.1/" }, 3);

      const silent = aTask();
      await store.accept(silent);
      await store.markQueued(silent.taskId);
      await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: messageText(silent) }));
      // The queue is not empty: what it holds may be anybody's.
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "{}", DelaySeconds: 900 }));

      const done = await begin(aTask(), 1);
      await store.complete(done.ref, { result: "done", usage: [], durationMs: 1 });
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: messageText(done.task) }));
      const told = async () => {
        const record = await store.inspect(done.task.taskId);
        expect(record?.toldSeq).toBe(record?.seq);
      };
      await vi.waitFor(told, { timeout: 20_000 });
      return [unsent, died.task, silent].map(({ taskId }) => taskId);
    },

    /** Before the stack's own schedule, which is a minute's. */
    async reconcile({ functions, tasksTable }: StageOutputs, left: readonly string[]): Promise<void> {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: functions.reconciler, Payload: "{}" }));
      expect(JSON.parse(Payload?.transformToString() ?? "null")).toMatchObject({ sent: 1, deadlettered: 2, failed: 0 });
      const ended = async () => {
        const records = await Promise.all(left.map((taskId) => dynamo.get(tasksTable, taskKey(taskId))));
        expect(records.map((record) => record?.["status"])).toEqual(["completed", "deadlettered", "deadlettered"]);
      };
      await vi.waitFor(ended, { timeout: 30_000, interval: 200 });
    },

    close(): void {
      dynamo.close();
      sqs.destroy();
      lambda.destroy();
      logs.destroy();
    },
  };
}
