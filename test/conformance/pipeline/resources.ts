import * as Dynamo from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { type ResourceNames, STAGE_TOKEN, WEBHOOK_SECRET } from "../../../src/contract/resources.ts";
import { TIME_INDEX } from "../../../src/contract/table.ts";
import { CONFIG, CREDENTIALS } from "./subject.ts";

const key = (AttributeName: string, KeyType: Dynamo.KeyType): Dynamo.KeySchemaElement => ({ AttributeName, KeyType });
const text = (AttributeName: string): Dynamo.AttributeDefinition => ({ AttributeName, AttributeType: "S" });

/** Makes queues, tables, bucket and secrets of a stage by the plain SDK. */
export async function createResources(
  endpoint: string,
  names: ResourceNames,
  secrets: { token: string; webhookSecret: string },
): Promise<{ queueUrl: string; queueArn: string; deadLetterQueueUrl: string }> {
  const options = { endpoint, region: "us-east-1", credentials: CREDENTIALS };
  const sqs = new SQSClient(options);
  const dynamo = new Dynamo.DynamoDBClient(options);
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const ssm = new SSMClient(options);

  const createTable = (TableName: string, indexed: boolean) =>
    dynamo.send(
      new Dynamo.CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [key("pk", "HASH"), key("sk", "RANGE")],
        AttributeDefinitions: ["pk", "sk", ...(indexed ? ["gpk", "gsk"] : [])].map(text),
        ...(indexed
          ? {
              GlobalSecondaryIndexes: [
                {
                  IndexName: TIME_INDEX,
                  KeySchema: [key("gpk", "HASH"), key("gsk", "RANGE")],
                  Projection: { ProjectionType: "ALL" },
                },
              ],
            }
          : {}),
      }),
    );
  const createQueue = async (QueueName: string, Attributes: Record<string, string>) => {
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const { Attributes: { QueueArn = "" } = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
    );
    return { url: QueueUrl, arn: QueueArn };
  };

  try {
    const dead = await createQueue(names.deadLetterQueue, {});
    const tasks = await createQueue(names.queue, {
      VisibilityTimeout: String(CONFIG.queue.visibilityTimeout),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: CONFIG.queue.maxAttempts }),
    });
    await createTable(names.tasksTable, true);
    await createTable(names.connectionsTable, false);
    await s3.send(new CreateBucketCommand({ Bucket: names.bucket }));
    for (const [name, Value] of [
      [STAGE_TOKEN, secrets.token],
      [WEBHOOK_SECRET, secrets.webhookSecret],
    ] as const) {
      const Name = `${names.secretsPath}/${name}`;
      await ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString" }));
    }
    return { queueUrl: tasks.url, queueArn: tasks.arn, deadLetterQueueUrl: dead.url };
  } finally {
    for (const client of [sqs, dynamo, s3, ssm]) client.destroy();
  }
}
