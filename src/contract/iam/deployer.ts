import { artifactBucket } from "../artifacts.ts";
import type { Grant, PolicyScope } from "./grants.ts";

/**
 * @returns what making, changing and removing the stage's infrastructure takes: by CloudFormation and by Terraform alike, which
 * also read and tag what they manage. Resources are the stage's own wherever their names are known before they are there. Verbs
 * are wildcards where all that they mean is the resource itself, so that the policy stays within what IAM takes; what a task
 * holds (messages, items, objects, log events, the values of secrets) can be removed, and not read.
 *
 * Sources: the handlers' permissions in the schemas of CloudFormation's resource types, which a conformance test compares with
 * this list; the calls of Terraform's AWS provider 6, as of June 2026.
 */
export function deployerGrants(scope: PolicyScope): Grant[] {
  const { partition, region, account, app, stage, names } = scope;
  const base = `${app}-${stage}`;
  const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
  const global = (service: string, rest: string) => `arn:${partition}:${service}::${account}:${rest}`;
  const bucket = `arn:${partition}:s3:::${names.bucket}`;
  const artefacts = `arn:${partition}:s3:::${artifactBucket(account, region)}`;
  return [
    {
      sid: "Stack",
      actions: [
        "cloudformation:*ChangeSet",
        "cloudformation:*Stack",
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:Describe*",
        "cloudformation:GetTemplate",
        "cloudformation:ListChangeSets",
        "cloudformation:ListStackResources",
        "cloudformation:TagResource",
        "cloudformation:UntagResource",
      ],
      resources: [arn("cloudformation", `stack/${base}/*`)],
    },
    {
      // The verbs of queues; those of messages have other names.
      sid: "Queues",
      actions: ["sqs:*Queue", "sqs:*QueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
      resources: [arn("sqs", `${base}-*`)],
    },
    {
      sid: "Functions",
      actions: [
        "lambda:*Permission",
        "lambda:CreateFunction",
        "lambda:DeleteFunction*",
        "lambda:GetFunction*",
        "lambda:GetPolicy",
        "lambda:GetRuntimeManagementConfig",
        "lambda:ListTags",
        "lambda:ListVersionsByFunction",
        "lambda:PutFunctionConcurrency",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ],
      // Of mappings the tags alone: they get them before anything could tell whose they are.
      resources: [arn("lambda", `function:${base}-*`), arn("lambda", "event-source-mapping:*")],
    },
    {
      sid: "Mappings",
      actions: [
        "lambda:CreateEventSourceMapping",
        "lambda:DeleteEventSourceMapping",
        "lambda:UpdateEventSourceMapping",
      ],
      resources: ["*"],
      condition: { ArnLike: { "lambda:FunctionArn": [arn("lambda", `function:${base}-*`)] } },
    },
    {
      sid: "RolesOfTheFunctions",
      actions: [
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:List*",
        "iam:PutRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole*",
      ],
      resources: [global("iam", `role/${base}-*`)],
    },
    {
      sid: "PassRolesToLambda",
      actions: ["iam:PassRole"],
      resources: [global("iam", `role/${base}-*`)],
      condition: { StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com"] } },
    },
    {
      // API Gateway makes it with an account's first API or host name, in the deployer's name.
      sid: "RoleOfApiGateway",
      actions: ["iam:CreateServiceLinkedRole"],
      resources: [global("iam", "role/aws-service-role/ops.apigateway.amazonaws.com/*")],
      condition: { StringEquals: { "iam:AWSServiceName": ["ops.apigateway.amazonaws.com"] } },
    },
    {
      sid: "Tables",
      actions: [
        "dynamodb:*Resource",
        "dynamodb:CreateTable",
        "dynamodb:DeleteTable",
        "dynamodb:Describe*",
        "dynamodb:GetResourcePolicy",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateTable",
        "dynamodb:UpdateTimeToLive",
      ],
      resources: [arn("dynamodb", `table/${base}-*`)],
    },
    {
      // The verbs of buckets; an object is only removed.
      sid: "Documents",
      actions: [
        "s3:*Bucket",
        "s3:*Resource",
        "s3:DeleteBucket*",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:Get*Configuration",
        "s3:GetBucket*",
        "s3:ListBucketVersions",
        "s3:Put*Configuration",
        "s3:PutBucket*",
      ],
      resources: [bucket, `${bucket}/*`],
    },
    {
      sid: "ArtefactsAndTerraformState",
      actions: ["s3:DeleteObject", "s3:GetBucketVersioning", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
      resources: [artefacts, `${artefacts}/*`],
    },
    {
      // An API has no name before it is made, only an id that AWS gives it.
      sid: "Apis",
      actions: ["apigateway:*"],
      resources: ["apis", "apis/*", "domainnames", "domainnames/*", "tags/*"].map(
        (path) => `arn:${partition}:apigateway:${region}::/${path}`,
      ),
    },
    {
      sid: "Schedule",
      actions: ["events:*"],
      resources: [arn("events", `rule/${base}-*`)],
    },
    {
      sid: "LogGroups",
      actions: [
        "logs:*LogGroup",
        "logs:*Resource",
        "logs:*RetentionPolicy",
        "logs:DescribeIndexPolicies",
        "logs:GetDataProtectionPolicy",
      ],
      resources: [`lambda/${base}-`, `vendedlogs/apigateway/${base}-`].map((name) =>
        arn("logs", `log-group:/aws/${name}*`),
      ),
    },
    {
      sid: "AlarmsAndDashboard",
      actions: [
        "cloudwatch:*Dashboard*",
        "cloudwatch:*Resource",
        "cloudwatch:DeleteAlarms",
        "cloudwatch:PutMetricAlarm",
      ],
      resources: [arn("cloudwatch", `alarm:${base}-*`), global("cloudwatch", `dashboard/${base}`)],
    },
    {
      sid: "OutputsAndMarks",
      actions: ["ssm:GetParameter", "ssm:GetParameters"],
      // Of all stages, as no other app and stage may have the same names.
      resources: ["/ai-pipeline/*/outputs", names.consumptionParameter].map((name) => arn("ssm", `parameter${name}`)),
    },
    {
      sid: "ParametersAndSecrets",
      actions: ["ssm:*Tags*", "ssm:DeleteParameter", "ssm:PutParameter"],
      resources: [arn("ssm", `parameter${names.parameters}/*`)],
    },
    {
      sid: "WhatHasNoResource",
      actions: [
        // By a name it is asked for, too, where it is found among all.
        "cloudwatch:DescribeAlarms",
        // The access logs of APIs are delivered by CloudWatch Logs, in the deployer's name.
        "logs:*LogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "lambda:GetAccountSettings",
        "lambda:GetEventSourceMapping",
        "lambda:ListEventSourceMappings",
        "ssm:DescribeParameters",
        "sts:GetCallerIdentity",
      ],
      resources: ["*"],
    },
  ];
}
