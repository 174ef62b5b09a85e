import { allows, grantsFor } from "../../src/contract/iam/policy.ts";
import { resourceNames } from "../../src/contract/resources.ts";

const [account, region, partition, app, stage] = ["123456789012", "eu-west-1", "aws", "my-app", "prod"];
const names = resourceNames(app, stage, account);
const grants = grantsFor("deployer", { names, account, region, partition, app, stage });

/** @returns an ARN of the stage's account and region. */
export const at = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;

/** @returns whether whoever deploys may do it with what has the ARN. Conditions are taken to hold. */
export function mayDeploy(action: string, arn: string): boolean {
  return grants.some(
    ({ actions, resources }) =>
      allows(actions, action) && resources.some((pattern) => pattern === "*" || allows([pattern], arn)),
  );
}

/** How the services name a resource of each type, while it is made and once it is there. */
export const RESOURCES: Record<string, string[]> = {
  "AWS::ApiGatewayV2::Api": ["arn:aws:apigateway:eu-west-1::/apis", "arn:aws:apigateway:eu-west-1::/apis/a1b2c3"],
  "AWS::ApiGatewayV2::ApiMapping": ["arn:aws:apigateway:eu-west-1::/domainnames/api.example.com/apimappings/abc"],
  "AWS::ApiGatewayV2::Authorizer": ["arn:aws:apigateway:eu-west-1::/apis/a1b2c3/authorizers/abc"],
  "AWS::ApiGatewayV2::DomainName": [
    "arn:aws:apigateway:eu-west-1::/domainnames",
    "arn:aws:apigateway:eu-west-1::/domainnames/api.example.com",
  ],
  "AWS::ApiGatewayV2::Integration": ["arn:aws:apigateway:eu-west-1::/apis/a1b2c3/integrations/abc"],
  "AWS::ApiGatewayV2::Route": ["arn:aws:apigateway:eu-west-1::/apis/a1b2c3/routes/abc"],
  "AWS::ApiGatewayV2::Stage": ["arn:aws:apigateway:eu-west-1::/apis/a1b2c3/stages/prod"],
  "AWS::CloudWatch::Alarm": [at("cloudwatch", "alarm:my-app-prod-errors")],
  "AWS::CloudWatch::Dashboard": ["arn:aws:cloudwatch::123456789012:dashboard/my-app-prod"],
  "AWS::DynamoDB::Table": [at("dynamodb", "table/my-app-prod-tasks"), at("dynamodb", "table/my-app-prod-connections")],
  "AWS::Events::Rule": [at("events", "rule/my-app-prod-reconciler")],
  "AWS::IAM::Role": ["arn:aws:iam::123456789012:role/my-app-prod-WorkerRole-1A2B3C"],
  "AWS::Lambda::EventSourceMapping": [at("lambda", "event-source-mapping:01234567-89ab-cdef-0123-456789abcdef")],
  "AWS::Lambda::Function": Object.values(names.functions).map((name) => at("lambda", `function:${name}`)),
  "AWS::Lambda::Permission": [at("lambda", "function:my-app-prod-api")],
  "AWS::Logs::LogGroup": [
    "/aws/lambda/my-app-prod-worker",
    "/aws/vendedlogs/apigateway/my-app-prod-http",
    "/aws/vendedlogs/apigateway/my-app-prod-socket",
  ].flatMap((name) => [at("logs", `log-group:${name}`), at("logs", `log-group:${name}:*`)]),
  "AWS::S3::Bucket": [`arn:aws:s3:::${names.bucket}`],
  "AWS::S3::BucketPolicy": [`arn:aws:s3:::${names.bucket}`],
  "AWS::SQS::Queue": [at("sqs", names.queue), at("sqs", names.deadLetterQueue)],
  "AWS::SQS::QueuePolicy": [at("sqs", names.queue), at("sqs", names.deadLetterQueue)],
  "AWS::SSM::Parameter": [at("ssm", `parameter${names.outputsParameter}`)],
};
