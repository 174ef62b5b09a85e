import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { StageInspector, TaskFacts, TasksRead } from "../../../contract/status.ts";
import { dayPartition, TIME_INDEX, TIME_SHARDS } from "../../../contract/table.ts";
import type { StageContext } from "../context.ts";
import { calling } from "../errors.ts";
import { attributesOf, plainItem, recordOf } from "../item.ts";

const DAY_MS = 86_400_000;
const PAGE = 1000;
/** Leaves out what is large: prompt, document, result. */
const MEMBERS = [
  "pk",
  "v",
  "status",
  "seq",
  "generation",
  "attempt",
  "acceptedAt",
  "updatedAt",
  "queuedAt",
  "endedAt",
  "attempts",
  "usage",
  "error",
];

/** Reads records by the time they were accepted, newest first, a page of every shard at a time. */
export async function readTasks(
  { clients, outputs, place, clock }: StageContext,
  { since, from, limit, signal }: Parameters<StageInspector["tasks"]>[0],
): Promise<TasksRead> {
  const { QueryCommand } = await import("@aws-sdk/client-dynamodb");
  const dynamodb = await clients.dynamodb();
  const first = new Date(from).toISOString();
  const changed = new Date(since).toISOString();

  async function page(day: string, shard: number, budget: number, start?: Record<string, AttributeValue>) {
    const command = new QueryCommand({
      TableName: outputs.tasksTable,
      IndexName: TIME_INDEX,
      KeyConditionExpression: "gpk = :gpk AND gsk >= :first",
      FilterExpression: "#updatedAt >= :changed",
      ProjectionExpression: [...MEMBERS.map((name) => `#${name}`), "gsk"].join(", "),
      ExpressionAttributeNames: Object.fromEntries(MEMBERS.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: attributesOf({
        ":gpk": dayPartition(day, shard),
        ":first": first,
        ":changed": changed,
      }),
      ScanIndexForward: false,
      Limit: Math.min(PAGE, budget),
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    return calling("dynamodb:Query", place, () => dynamodb.send(command, { abortSignal: signal }));
  }

  const budgets = Array.from({ length: TIME_SHARDS }, () => Math.max(1, Math.ceil(limit / TIME_SHARDS)));
  const tasks: TaskFacts[] = [];
  let read = 0;
  let reached = from;

  async function readShard(day: string, shard: number): Promise<void> {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const budget = budgets[shard] ?? 0;
      const answer = await page(day, shard, Math.max(1, budget), start);
      if (budget <= 0) {
        // Something was left unread, from its beginning on.
        if ((answer.ScannedCount ?? 0) > 0) reached = Math.max(reached, acceptedAt(start) ?? endOf(day));
        return;
      }
      read += answer.ScannedCount ?? 0;
      budgets[shard] = budget - (answer.ScannedCount ?? 0);
      for (const item of answer.Items ?? []) tasks.push(factsOf(item));
      start = answer.LastEvaluatedKey;
    } while (start);
  }

  // A clock ahead of ours may have dated a task tomorrow.
  for (let day = clock.now() + DAY_MS; endOf(isoDay(day)) > from && reached === from; day -= DAY_MS) {
    await Promise.all(budgets.map((_, shard) => readShard(isoDay(day), shard)));
  }
  // The shards were not read equally far back: what lies before the latest of their ends is not whole.
  return { tasks: tasks.filter((task) => Date.parse(task.acceptedAt) >= reached), read, from: reached };
}

const isoDay = (at: number) => new Date(at).toISOString().slice(0, 10);
const endOf = (day: string) => Date.parse(`${day}T00:00:00Z`) + DAY_MS;

function acceptedAt(key: Record<string, AttributeValue> | undefined): number | undefined {
  const at = key?.["gsk"]?.S?.split("#")[0];
  return at === undefined ? undefined : Date.parse(at);
}

function factsOf(item: Record<string, AttributeValue>): TaskFacts {
  const plain = plainItem(item);
  const { status, acceptedAt: accepted, queuedAt, endedAt, attempts, usage, error } = recordOf({ ...plain, task: {} });
  return {
    taskId: String(plain["pk"]).slice("task#".length),
    status,
    acceptedAt: accepted,
    attempts,
    usage,
    ...(queuedAt === undefined ? {} : { queuedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(error === undefined ? {} : { error }),
  };
}
