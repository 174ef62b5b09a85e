import type { AccountClient, RemovedData } from "../../../contract/account.ts";
import { resourceNames } from "../../../contract/resources.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace, unlessMissing } from "../errors.ts";
import { removeParameter } from "../parameter.ts";
import { readStats } from "../queue/stats.ts";
import { createSecrets } from "./secrets.ts";

/** What S3 deletes or lists in one request. */
const PAGE = 1000;
/** Counting goes no further: nobody needs the exact number of more. */
const MOST_COUNTED = 10_000;

type Data = Pick<AccountClient, "held" | "empty" | "removeData">;

/** What a stage holds, and its end. */
export function createData(clients: AwsClients, place: ErrorPlace): Data {
  async function messages(QueueUrl: string): Promise<number> {
    const sqs = await clients.sqs();
    const stats = await unlessGone("sqs:GetQueueAttributes", () => readStats(sqs, QueueUrl));
    return stats ? stats.visible + stats.inFlight + stats.delayed : 0;
  }

  const unlessGone = <T>(action: string, call: () => Promise<T>) =>
    calling(action, place, () => unlessMissing(call(), ...GONE));

  /** A page of keys at least, where there is a bucket. */
  async function* objects(Bucket: string) {
    const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
    const s3 = await clients.s3();
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket,
        MaxKeys: PAGE,
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      });
      const page = await unlessGone("s3:ListBucket", () => s3.send(command));
      if (!page) return;
      yield (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  }

  async function* empty(Bucket: string, signal: AbortSignal): AsyncGenerator<RemovedData> {
    const { DeleteObjectsCommand } = await import("@aws-sdk/client-s3");
    const s3 = await clients.s3();
    let count = 0;
    for await (const keys of objects(Bucket)) {
      signal.throwIfAborted();
      if (keys.length === 0) continue;
      const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
      await calling("s3:DeleteObject", place, () => s3.send(new DeleteObjectsCommand({ Bucket, Delete })));
      count += keys.length;
    }
    if (count > 0) yield { what: "objects", count };
  }

  return {
    async held({ queueUrl, deadLetterQueueUrl, bucket, tasksTable }) {
      const { DescribeTableCommand } = await import("@aws-sdk/client-dynamodb");
      const dynamodb = await clients.dynamodb();
      const [waiting, deadLetters, table] = await Promise.all([
        queueUrl === undefined ? 0 : messages(queueUrl),
        deadLetterQueueUrl === undefined ? 0 : messages(deadLetterQueueUrl),
        unlessGone("dynamodb:DescribeTable", () => dynamodb.send(new DescribeTableCommand({ TableName: tasksTable }))),
      ]);
      let count = 0;
      let there = false;
      for await (const keys of objects(bucket)) {
        there = true;
        count += keys.length;
        if (count >= MOST_COUNTED) break;
      }
      return {
        messages: waiting,
        deadLetters,
        objects: count,
        ...(count >= MOST_COUNTED ? { more: true as const } : {}),
        records: table?.Table?.ItemCount ?? 0,
        bucket: there,
        table: table !== undefined,
      };
    },
    empty,
    async *removeData(name, { bucket, tasksTable }) {
      const secrets = createSecrets(clients, place);
      const [{ DeleteBucketCommand }, { DeleteTableCommand }] = await Promise.all([
        import("@aws-sdk/client-s3"),
        import("@aws-sdk/client-dynamodb"),
      ]);
      const [s3, dynamodb] = await Promise.all([clients.s3(), clients.dynamodb()]);
      if (await unlessGone("s3:DeleteBucket", () => s3.send(new DeleteBucketCommand({ Bucket: bucket }))))
        yield { what: "buckets", count: 1 };
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

/** Errors that mean: there is none. */
const GONE = [
  "NoSuchBucket",
  "NotFound",
  "ResourceNotFoundException",
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
];
