import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetFunctionConfigurationCommand, LambdaClient, ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { resourceNames, type StageOutputs } from "../../../../src/contract/resources.ts";
import {
  fieldsOf,
  type FunctionModel,
  listOf,
  type MappingModel,
  nameOfArn,
  type QueueModel,
  type TableModel,
} from "./model.ts";

/** What a stage is on the local stack: it knows neither encryption nor roles, and has no alarms of its own accord. */
export interface LocalModel {
  queues: Record<string, Pick<QueueModel, "visibilityTimeout" | "retention" | "redrive">>;
  functions: Record<string, Pick<FunctionModel, "handler" | "timeout" | "memory" | "environment" | "logFormat">>;
  mapping: MappingModel;
  tables: Record<string, Pick<TableModel, "keys" | "indexes" | "ttl">>;
  outputs: Record<string, unknown>;
}

/** Asks the stack by the AWS SDK, as one would ask AWS. */
export async function fromLocal(endpoint: string, outputs: StageOutputs): Promise<LocalModel> {
  const options = { endpoint, region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  const sqs = new SQSClient(options);
  const lambda = new LambdaClient(options);
  const dynamodb = new DynamoDBClient(options);
  const ssm = new SSMClient(options);

  const queue = async (url: string) => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
    );
    return [
      nameOfArn(Attributes["QueueArn"]),
      {
        visibilityTimeout: Number(Attributes["VisibilityTimeout"]),
        retention: Number(Attributes["MessageRetentionPeriod"]),
        redrive: Attributes["RedrivePolicy"] ? JSON.parse(Attributes["RedrivePolicy"]) : undefined,
      },
    ] as const;
  };
  const lambdaFunction = async (name: string) => {
    const it = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return [
      name,
      {
        handler: it.Handler,
        timeout: it.Timeout,
        memory: it.MemorySize,
        environment: fieldsOf(it.Environment?.Variables),
        logFormat: it.LoggingConfig?.LogFormat,
      },
    ] as const;
  };
  const table = async (name: string) => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
    const { TimeToLiveDescription: ttl } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: name }));
    const names = (schema: { AttributeName?: string | undefined }[] | undefined) =>
      (schema ?? []).map(({ AttributeName }) => AttributeName);
    return [
      name,
      {
        keys: names(Table?.KeySchema),
        indexes: (Table?.GlobalSecondaryIndexes ?? []).map((index) => [
          index.IndexName,
          ...names(index.KeySchema),
          index.Projection?.ProjectionType,
        ]),
        ttl: ttl?.AttributeName,
      },
    ] as const;
  };

  try {
    const { EventSourceMappings: [mapping] = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: outputs.functions.worker }),
    );
    const { outputsParameter } = resourceNames(outputs.app, outputs.stage, outputs.account);
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: outputsParameter }));
    return {
      queues: Object.fromEntries(await Promise.all([outputs.queueUrl, outputs.deadLetterQueueUrl].map(queue))),
      functions: Object.fromEntries(await Promise.all(Object.values(outputs.functions).map(lambdaFunction))),
      mapping: {
        queue: nameOfArn(mapping?.EventSourceArn),
        function: nameOfArn(mapping?.FunctionArn),
        batchSize: mapping?.BatchSize,
        batchWindow: mapping?.MaximumBatchingWindowInSeconds,
        maxConcurrency: mapping?.ScalingConfig?.MaximumConcurrency,
        failures: listOf(mapping?.FunctionResponseTypes),
        enabled: mapping?.State === "Enabled",
      },
      tables: Object.fromEntries(await Promise.all([outputs.tasksTable, outputs.connectionsTable].map(table))),
      outputs: fieldsOf(JSON.parse(Parameter?.Value ?? "null")),
    };
  } finally {
    for (const client of [sqs, lambda, dynamodb, ssm]) client.destroy();
  }
}
