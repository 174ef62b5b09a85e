import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { IAM_ROLES } from "../../src/contract/iam/grants.ts";
import { grantsFor, policyDocument } from "../../src/contract/iam/policy.ts";
import { resourceNames } from "../../src/contract/resources.ts";
import { at, mayDeploy, RESOURCES } from "./deployer.ts";

/** What a customer managed policy may be long, white space aside (IAM's quotas). */
const MANAGED_POLICY = 6144;

describe.each(IAM_ROLES)("the policy of %s", (role) => {
  // The longest region of each partition.
  test.each([
    ["aws", "ap-southeast-2"],
    ["aws-cn", "cn-northwest-1"],
    ["aws-us-gov", "us-gov-west-1"],
    ["aws", "*"],
  ])("can be attached at the longest names, in %s %s", (partition, region) => {
    const [app, stage, account] = ["a".repeat(32), "s".repeat(20), region === "*" ? "*" : "123456789012"];
    const scope = { names: resourceNames(app, stage, account), app, stage, account, region, partition };
    const text = JSON.stringify(policyDocument(role, scope));
    expect(text.replaceAll(/\s/g, "").length).toBeLessThanOrEqual(MANAGED_POLICY);
    const grants = grantsFor(role, scope);
    for (const { sid, actions, resources, condition } of grants) {
      expect(sid).toMatch(/^[A-Za-z0-9]+$/);
      for (const action of actions) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z0-9*]+$/);
      // No part may be a wildcard that hides the service or the partition.
      for (const resource of resources) expect(resource).toMatch(/^(\*|arn:aws[a-z-]*:[a-z0-9-]+:[^:]*:[^:]*:.+)$/);
      expect([actions.length, resources.length]).not.toContain(0);
      for (const [operator, keys] of Object.entries(condition ?? {})) {
        expect(["ArnLike", "StringEquals"]).toContain(operator);
        for (const values of Object.values(keys)) expect(values).not.toEqual([]);
      }
    }
    expect(new Set(grants.map(({ sid }) => sid)).size).toBe(grants.length);
  });
});

/** What the AWS provider of Terraform calls to make, read, change, tag and remove what infrastructure/terraform has. */
const TERRAFORM: Record<string, [like: string, actions: string]> = {
  aws_apigatewayv2_api: ["AWS::ApiGatewayV2::Api", "apigateway: POST GET PATCH PUT DELETE TagResource"],
  aws_apigatewayv2_api_mapping: ["AWS::ApiGatewayV2::ApiMapping", "apigateway: POST GET PATCH DELETE"],
  aws_apigatewayv2_authorizer: ["AWS::ApiGatewayV2::Authorizer", "apigateway: POST GET PATCH DELETE"],
  aws_apigatewayv2_domain_name: ["AWS::ApiGatewayV2::DomainName", "apigateway: POST GET PATCH DELETE TagResource"],
  aws_apigatewayv2_integration: ["AWS::ApiGatewayV2::Integration", "apigateway: POST GET PATCH DELETE"],
  aws_apigatewayv2_route: ["AWS::ApiGatewayV2::Route", "apigateway: POST GET PATCH DELETE"],
  aws_apigatewayv2_stage: ["AWS::ApiGatewayV2::Stage", "apigateway: POST GET PATCH DELETE TagResource"],
  aws_cloudwatch_dashboard: [
    "AWS::CloudWatch::Dashboard",
    "cloudwatch: PutDashboard GetDashboard DeleteDashboards ListTagsForResource TagResource UntagResource",
  ],
  aws_cloudwatch_event_rule: [
    "AWS::Events::Rule",
    "events: PutRule DescribeRule DeleteRule ListTagsForResource TagResource UntagResource",
  ],
  aws_cloudwatch_event_target: ["AWS::Events::Rule", "events: PutTargets ListTargetsByRule RemoveTargets"],
  aws_cloudwatch_log_group: [
    "AWS::Logs::LogGroup",
    "logs: CreateLogGroup DescribeLogGroups PutRetentionPolicy DeleteRetentionPolicy DeleteLogGroup ListTagsForResource TagResource UntagResource",
  ],
  aws_cloudwatch_metric_alarm: [
    "AWS::CloudWatch::Alarm",
    "cloudwatch: PutMetricAlarm DescribeAlarms DeleteAlarms ListTagsForResource TagResource UntagResource",
  ],
  aws_dynamodb_table: [
    "AWS::DynamoDB::Table",
    "dynamodb: CreateTable DescribeTable DescribeContinuousBackups DescribeTimeToLive UpdateContinuousBackups UpdateTable UpdateTimeToLive DeleteTable ListTagsOfResource TagResource UntagResource",
  ],
  aws_iam_role: [
    "AWS::IAM::Role",
    "iam: CreateRole GetRole ListAttachedRolePolicies ListRolePolicies ListRoleTags UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription ListInstanceProfilesForRole DeleteRole TagRole UntagRole",
  ],
  aws_iam_role_policy: ["AWS::IAM::Role", "iam: PutRolePolicy GetRolePolicy DeleteRolePolicy"],
  aws_lambda_event_source_mapping: [
    "AWS::Lambda::EventSourceMapping",
    "lambda: CreateEventSourceMapping GetEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping ListTags TagResource UntagResource",
  ],
  aws_lambda_function: [
    "AWS::Lambda::Function",
    "lambda: CreateFunction GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig GetFunctionConcurrency ListVersionsByFunction PutFunctionConcurrency DeleteFunctionConcurrency UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction ListTags TagResource UntagResource",
  ],
  aws_lambda_permission: ["AWS::Lambda::Permission", "lambda: AddPermission GetPolicy RemovePermission"],
  aws_s3_bucket: [
    "AWS::S3::Bucket",
    "s3: CreateBucket ListBucket DeleteBucket GetBucketLocation GetBucketPolicy GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration GetBucketObjectLockConfiguration GetBucketTagging PutBucketTagging ListTagsForResource TagResource UntagResource",
  ],
  aws_s3_bucket_cors_configuration: ["AWS::S3::Bucket", "s3: PutBucketCORS GetBucketCORS"],
  aws_s3_bucket_lifecycle_configuration: ["AWS::S3::Bucket", "s3: PutLifecycleConfiguration GetLifecycleConfiguration"],
  aws_s3_bucket_ownership_controls: ["AWS::S3::Bucket", "s3: PutBucketOwnershipControls GetBucketOwnershipControls"],
  aws_s3_bucket_policy: ["AWS::S3::BucketPolicy", "s3: PutBucketPolicy GetBucketPolicy DeleteBucketPolicy"],
  aws_s3_bucket_public_access_block: ["AWS::S3::Bucket", "s3: PutBucketPublicAccessBlock GetBucketPublicAccessBlock"],
  aws_s3_bucket_server_side_encryption_configuration: [
    "AWS::S3::Bucket",
    "s3: PutEncryptionConfiguration GetEncryptionConfiguration",
  ],
  aws_sqs_queue: [
    "AWS::SQS::Queue",
    "sqs: CreateQueue GetQueueAttributes SetQueueAttributes DeleteQueue ListQueueTags TagQueue UntagQueue",
  ],
  aws_sqs_queue_policy: ["AWS::SQS::Queue", "sqs: GetQueueAttributes SetQueueAttributes"],
  aws_sqs_queue_redrive_allow_policy: ["AWS::SQS::Queue", "sqs: GetQueueAttributes SetQueueAttributes"],
  aws_ssm_parameter: [
    "AWS::SSM::Parameter",
    "ssm: PutParameter GetParameter DescribeParameters DeleteParameter ListTagsForResource AddTagsToResource RemoveTagsFromResource",
  ],
};

test("the deployer's has what Terraform calls for each of its resources", async () => {
  const folder = resolve(import.meta.dirname, "../../infrastructure/terraform");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".tf"));
  const texts = await Promise.all(files.map((name) => readFile(resolve(folder, name), "utf8")));
  const types = texts.flatMap((text) => [...text.matchAll(/^resource "(\w+)"/gm)].map(([, type]) => type ?? ""));
  expect([...new Set(types)].toSorted()).toEqual(Object.keys(TERRAFORM));
  const missing = Object.entries(TERRAFORM).flatMap(([type, [like, actions]]) => {
    const [service = "", ...verbs] = actions.split(" ");
    const needed = verbs.flatMap((verb) => (RESOURCES[like] ?? []).map((arn) => [`${service}${verb}`, arn] as const));
    return needed.filter(([action, arn]) => !mayDeploy(action, arn)).map((it) => `${type}: ${it.join(" ")}`);
  });
  expect(missing).toEqual([]);
});

const secret = at("ssm", "parameter/ai-pipeline/my-app/prod/secrets/OPENAI_API_KEY");
const documents = "arn:aws:s3:::my-app-prod-documents-123456789012/results/one.json";

test.each([
  ["sqs:ReceiveMessage", at("sqs", "my-app-prod-tasks")],
  ["sqs:SendMessage", at("sqs", "my-app-prod-tasks")],
  ["sqs:StartMessageMoveTask", at("sqs", "my-app-prod-tasks-dlq")],
  ["dynamodb:GetItem", at("dynamodb", "table/my-app-prod-tasks")],
  ["dynamodb:Query", at("dynamodb", "table/my-app-prod-tasks")],
  ["dynamodb:Scan", at("dynamodb", "table/my-app-prod-tasks")],
  ["dynamodb:ExportTableToPointInTime", at("dynamodb", "table/my-app-prod-tasks")],
  ["s3:GetObject", documents],
  ["s3:PutObject", documents],
  ["ssm:GetParameter", secret],
  ["ssm:GetParameters", secret],
  ["ssm:GetParametersByPath", at("ssm", "parameter/ai-pipeline/my-app/prod")],
  ["ssm:GetParameterHistory", secret],
  ["logs:FilterLogEvents", at("logs", "log-group:/aws/lambda/my-app-prod-worker:*")],
  ["lambda:InvokeFunction", at("lambda", "function:my-app-prod-worker")],
  ["iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/my-app-prod-worker"],
  ["iam:CreateUser", "arn:aws:iam::123456789012:user/my-app-prod-worker"],
  ["apigateway:PATCH", "arn:aws:apigateway:eu-west-1::/account"],
  ["sqs:DeleteQueue", at("sqs", "another-prod-tasks")],
  ["s3:DeleteBucket", "arn:aws:s3:::ai-pipeline-artifacts-123456789012-eu-west-1"],
])("the deployer may not %s of %s", (action, arn) => {
  expect(mayDeploy(action, arn)).toBe(false);
});

test("a role is given to Lambda alone, and that of API Gateway is made for it alone", () => {
  const [app, stage, account, region, partition] = ["my-app", "prod", "123456789012", "eu-west-1", "aws"];
  const scope = { names: resourceNames(app, stage, account), app, stage, account, region, partition };
  const of = (action: string) => grantsFor("deployer", scope).filter(({ actions }) => actions.includes(action));
  expect(of("iam:PassRole")).toEqual([
    expect.objectContaining({ condition: { StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com"] } } }),
  ]);
  expect(of("iam:CreateServiceLinkedRole")).toEqual([
    expect.objectContaining({
      condition: { StringEquals: { "iam:AWSServiceName": ["ops.apigateway.amazonaws.com"] } },
    }),
  ]);
});
