import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import { isLoopback } from "../../contract/loopback.ts";
import { endpointOf } from "./endpoint.ts";

export interface ClientTarget {
  stage: string;
  region?: string;
  profile?: string;
  endpoint?: string;
}

/** The command line's only place that makes AWS clients. Each service's package is loaded when it is first needed. */
export interface AwsClients {
  ssm(): Promise<SSMClient>;
  sqs(): Promise<SQSClient>;
  dynamodb(): Promise<DynamoDBClient>;
  s3(): Promise<S3Client>;
  logs(): Promise<CloudWatchLogsClient>;
  cloudwatch(): Promise<CloudWatchClient>;
  lambda(): Promise<LambdaClient>;
  sts(): Promise<STSClient>;
  cloudformation(): Promise<CloudFormationClient>;
  /** Ends keep-alive connections. */
  close(): Promise<void>;
}

/** Credentials of the local stack, which takes any. */
const LOCAL = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
/**
 * A connection on which nothing moves for so long belongs to a server that hangs: with three tries that is said after 30 s, as the
 * SDK begins to count 3 s late. What moves may take its time, such as a batch on a slow line.
 */
const SILENT_MS = 7_000;
/** Services that may think for longer before they answer. */
const SLOW_SILENT_MS = 15_000;
const REQUEST_MS = 60_000;

/** Begins to load the packages of what nearly every command calls: the stage's description, then its records. */
export function prepareClients(): void {
  import("@aws-sdk/client-ssm")
    .then(
      () => import("@aws-sdk/client-dynamodb"),
      () => undefined,
    )
    .catch(() => undefined);
}

export function createAwsClients(target: ClientTarget, env: Readonly<Record<string, string | undefined>>): AwsClients {
  const at = (service?: string) => endpointOf(target.endpoint, env, service);
  const local =
    target.stage === "local" ||
    (isLoopback(at()) && !target.profile && !env["AWS_ACCESS_KEY_ID"] && !env["AWS_PROFILE"]);
  const shared = {
    ...(local ? LOCAL : {}),
    ...(target.region ? { region: target.region } : {}),
    ...(target.profile && !local ? { profile: target.profile } : {}),
    maxAttempts: 3,
  };
  const of = (service: string) => {
    const endpoint = at(service);
    return { ...shared, ...(endpoint === undefined ? {} : { endpoint }) };
  };
  const within = (silentMs: number) => (service: string) => ({
    ...of(service),
    requestHandler: {
      connectionTimeout: 5000,
      socketTimeout: silentMs,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
    },
  });
  const prompt = within(SILENT_MS);
  const slow = within(SLOW_SILENT_MS);
  const made: { destroy(): void }[] = [];
  const once = <Client extends { destroy(): void }>(make: () => Promise<Client>) => {
    let client: Promise<Client> | undefined;
    return () =>
      (client ??= make().then((ready) => {
        made.push(ready);
        return ready;
      }));
  };
  return {
    ssm: once(async () => new (await import("@aws-sdk/client-ssm")).SSMClient(prompt("SSM"))),
    sqs: once(async () => new (await import("@aws-sdk/client-sqs")).SQSClient(prompt("SQS"))),
    dynamodb: once(async () => new (await import("@aws-sdk/client-dynamodb")).DynamoDBClient(prompt("DYNAMODB"))),
    // Path style: a bucket's name before a local endpoint's host would not resolve.
    s3: once(
      async () =>
        new (await import("@aws-sdk/client-s3")).S3Client({
          ...of("S3"),
          // A document may take as long as its bytes move.
          requestHandler: { ...slow("S3").requestHandler, requestTimeout: 0 },
          ...(at("S3") ? { forcePathStyle: true } : {}),
        }),
    ),
    logs: once(
      async () =>
        new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogsClient({
          ...of("CLOUDWATCH_LOGS"),
          // A live tail is silent for as long as nothing is written.
          requestHandler: { connectionTimeout: 5000, requestTimeout: SLOW_SILENT_MS, throwOnRequestTimeout: true },
          disableHostPrefix: at("CLOUDWATCH_LOGS") !== undefined,
        }),
    ),
    cloudwatch: once(async () => new (await import("@aws-sdk/client-cloudwatch")).CloudWatchClient(slow("CLOUDWATCH"))),
    lambda: once(async () => new (await import("@aws-sdk/client-lambda")).LambdaClient(slow("LAMBDA"))),
    cloudformation: once(
      async () => new (await import("@aws-sdk/client-cloudformation")).CloudFormationClient(slow("CLOUDFORMATION")),
    ),
    sts: once(async () => new (await import("@aws-sdk/client-sts")).STSClient(prompt("STS"))),
    async close() {
      for (const client of made) client.destroy();
    },
  };
}
