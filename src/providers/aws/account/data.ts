import type { AccountClient, RemovedData } from "../../../contract/account.ts";
import { PipelineError } from "../../../contract/errors.ts";
import { resourceNames } from "../../../contract/resources.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace, unlessMissing } from "../errors.ts";
import { removeParameter } from "../parameter.ts";
import { readStats } from "../queue/stats.ts";
import { createContents, stillFilled } from "./contents.ts";
import { createSecrets } from "./secrets.ts";

/** Counting goes no further: nobody needs the exact number of more. */
const MOST_COUNTED = 10_000;

type Data = Pick<AccountClient, "held" | "empty" | "removeData">;

/** What a stage holds, and its end. */
export function createData(clients: AwsClients, place: ErrorPlace): Data {
  const contents = createContents(clients, place);

  async function messages(QueueUrl: string | undefined): Promise<number> {
    if (QueueUrl === undefined) return 0;
    const sqs = await clients.sqs();
    const stats = await unlessGone("sqs:GetQueueAttributes", () => readStats(sqs, QueueUrl));
    return stats ? stats.visible + stats.inFlight + stats.delayed : 0;
  }

  const unlessGone = <T>(action: string, call: () => Promise<T>) =>
    calling(action, place, () => unlessMissing(call(), ...GONE));

  async function* empty(bucket: string, signal: AbortSignal): AsyncGenerator<RemovedData> {
    const count = await contents.empty(bucket, signal);
    if (count > 0) yield { what: "objects", count };
  }

  async function* removeBucket(Bucket: string): AsyncGenerator<RemovedData> {
    const { DeleteBucketCommand } = await import("@aws-sdk/client-s3");
    const s3 = await clients.s3();
    const remove = () => unlessGone("s3:DeleteBucket", () => s3.send(new DeleteBucketCommand({ Bucket })));
    let removed: unknown;
    try {
      removed = await remove();
    } catch (error) {
      if (!isFilled(error)) throw error;
      // What was at work when it was emptied has written since.
      yield* empty(Bucket, new AbortController().signal);
      try {
        removed = await remove();
      } catch (again) {
        throw isFilled(again) ? stillFilled(Bucket, again) : again;
      }
    }
    if (removed) yield { what: "buckets", count: 1 };
  }

  return {
    async held({ queueUrl, deadLetterQueueUrl, bucket, tasksTable }) {
      const { DescribeTableCommand } = await import("@aws-sdk/client-dynamodb");
      const dynamodb = await clients.dynamodb();
      const [waiting, deadLetters, table] = await Promise.all([
        messages(queueUrl),
        messages(deadLetterQueueUrl),
        unlessGone("dynamodb:DescribeTable", () => dynamodb.send(new DescribeTableCommand({ TableName: tasksTable }))),
      ]);
      let there = false;
      let count = 0;
      for await (const keys of contents.objects(bucket)) {
        there = true;
        count += keys.length;
        if (count >= MOST_COUNTED) break;
      }
      return {
        messages: waiting,
        deadLetters,
        bucket: there,
        objects: count,
        ...(count >= MOST_COUNTED ? { more: true as const } : {}),
        table: table !== undefined,
        records: table?.Table?.ItemCount ?? 0,
      };
    },
    empty,
    async *removeData(name, { bucket, tasksTable }) {
      const secrets = createSecrets(clients, place);
      const { DeleteTableCommand } = await import("@aws-sdk/client-dynamodb");
      const dynamodb = await clients.dynamodb();
      yield* removeBucket(bucket);
      if (
        await unlessGone("dynamodb:DeleteTable", () => dynamodb.send(new DeleteTableCommand({ TableName: tasksTable })))
      )
        yield { what: "tables", count: 1 };
      let count = 0;
      for (const secret of await secrets.list(name)) if (await secrets.unset(name, secret.name)) count++;
      if (count > 0) yield { what: "secrets", count };
      const Name = resourceNames(name.app, name.stage, "").consumptionParameter;
      if (await removeParameter(clients, Name, place)) yield { what: "parameters", count: 1 };
    },
  };
}

const isFilled = (error: unknown) => error instanceof PipelineError && error.code === "BUCKET_NOT_EMPTY";

/** Errors that mean: there is none. */
const GONE = [
  "NoSuchBucket",
  "NotFound",
  "ResourceNotFoundException",
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
];
