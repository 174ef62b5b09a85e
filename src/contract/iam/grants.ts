import { type ResourceNames, STAGE_TOKEN } from "../resources.ts";

/** Who uses the command line, from the least to the most: each has its own policy. */
export const IAM_ROLES = ["reader", "ci", "oncall", "deployer"] as const;
export type IamRole = (typeof IAM_ROLES)[number];

/** What a policy speaks of. `*` stands where it is not known, or does not matter. */
export interface PolicyScope {
  names: ResourceNames;
  app: string;
  stage: string;
  account: string;
  region: string;
  partition: string;
}

/** A statement of a policy: what for, and what on what. */
export interface Grant {
  /** Letters and digits alone, as IAM wants it. */
  sid: string;
  actions: string[];
  resources: string[];
  condition?: Record<string, Record<string, string[]>>;
}

const arn = ({ partition, region, account }: PolicyScope, service: string, rest: string) =>
  `arn:${partition}:${service}:${region}:${account}:${rest}`;

/** Finds the stage, and whether somebody paused it. */
const find = (scope: PolicyScope): Grant => ({
  sid: "FindTheStage",
  actions: ["ssm:GetParameter"],
  resources: [scope.names.outputsParameter, scope.names.consumptionParameter].map((name) =>
    arn(scope, "ssm", `parameter${name}`),
  ),
});

const readRecords = (scope: PolicyScope): Grant => {
  const table = arn(scope, "dynamodb", `table/${scope.names.tasksTable}`);
  return {
    sid: "ReadTasks",
    actions: ["dynamodb:GetItem", "dynamodb:Query"],
    resources: [table, `${table}/index/*`],
  };
};

const readResults = ({ partition, names }: PolicyScope): Grant => ({
  sid: "ReadResults",
  actions: ["s3:GetObject"],
  resources: [`arn:${partition}:s3:::${names.bucket}/*`],
});

/** The stage's token: whoever has it submits, follows and cancels tasks through the stage's own API. */
const callApi = (scope: PolicyScope): Grant => ({
  sid: "CallTheApi",
  actions: ["ssm:GetParameter"],
  resources: [arn(scope, "ssm", `parameter${scope.names.secretsPath}/${STAGE_TOKEN}`)],
});

const queuesOf = (scope: PolicyScope) =>
  [scope.names.queue, scope.names.deadLetterQueue].map((name) => arn(scope, "sqs", name));
const functionsOf = (scope: PolicyScope) =>
  Object.values(scope.names.functions).map((name) => arn(scope, "lambda", `function:${name}`));

const watchQueues = (scope: PolicyScope): Grant => ({
  sid: "SeeTheQueues",
  actions: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListDeadLetterSourceQueues", "sqs:ListMessageMoveTasks"],
  resources: queuesOf(scope),
});

/** What these calls tell is of the whole account: IAM knows no resource for them. */
const watchAccount: Grant = {
  sid: "SeeMetricsAndMappings",
  actions: [
    "cloudwatch:GetMetricData",
    "lambda:ListEventSourceMappings",
    "logs:StopLiveTail",
    "sqs:ListQueues",
    "ssm:DescribeParameters",
    "sts:GetCallerIdentity",
  ],
  resources: ["*"],
};

const readLogs = (scope: PolicyScope): Grant[] => [
  {
    sid: "ReadLogs",
    actions: ["logs:FilterLogEvents", "logs:StartLiveTail"],
    resources: Object.values(scope.names.functions).flatMap((name) => {
      const group = arn(scope, "logs", `log-group:/aws/lambda/${name}`);
      return [group, `${group}:*`];
    }),
  },
  { sid: "ReadFunctions", actions: ["lambda:GetFunctionConfiguration"], resources: functionsOf(scope) },
];

/** By the names of their outputs alone: whoever may read by a path may read the secrets under it. */
const listStages = (scope: PolicyScope): Grant => ({
  sid: "ListStages",
  actions: ["ssm:GetParameters"],
  resources: [arn(scope, "ssm", "parameter/ai-pipeline/*/outputs")],
});

const look = (scope: PolicyScope): Grant[] => [
  find(scope),
  readRecords(scope),
  readResults(scope),
  watchQueues(scope),
  watchAccount,
  ...readLogs(scope),
  listStages(scope),
];

const changeRecords = (scope: PolicyScope): Grant => ({
  sid: "ChangeTasks",
  actions: ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
  resources: [arn(scope, "dynamodb", `table/${scope.names.tasksTable}`)],
});

const documents = ({ partition, names }: PolicyScope): Grant => ({
  sid: "BringDocuments",
  actions: ["s3:DeleteObject", "s3:PutObject"],
  resources: [`arn:${partition}:s3:::${names.bucket}/*`],
});

/** Of the stage's own mapping alone: its id is not known before it is there. */
const consume = (scope: PolicyScope): Grant[] => [
  {
    sid: "PauseAndResume",
    actions: ["lambda:UpdateEventSourceMapping"],
    resources: ["*"],
    condition: {
      ArnLike: { "lambda:FunctionArn": [arn(scope, "lambda", `function:${scope.names.functions.worker}`)] },
    },
  },
  {
    sid: "MarkTheStage",
    actions: ["ssm:DeleteParameter", "ssm:PutParameter"],
    resources: [arn(scope, "ssm", `parameter${scope.names.consumptionParameter}`)],
  },
];

const moveLetters = (scope: PolicyScope): Grant => ({
  sid: "MoveDeadLetters",
  actions: [
    "sqs:CancelMessageMoveTask",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:PurgeQueue",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sqs:StartMessageMoveTask",
  ],
  resources: queuesOf(scope),
});

/** @returns what somebody in the role calls, and nothing else; the deployer's are in a list of their own. */
export function grantsOf(role: Exclude<IamRole, "deployer">, scope: PolicyScope): Grant[] {
  switch (role) {
    case "reader":
      return look(scope);
    case "ci":
      return [
        find(scope),
        callApi(scope),
        readRecords(scope),
        readResults(scope),
        documents(scope),
        {
          ...changeRecords(scope),
          sid: "RemoveTheCanary",
          actions: ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem"],
        },
      ];
    case "oncall":
      return [
        ...look(scope),
        callApi(scope),
        changeRecords(scope),
        documents(scope),
        {
          sid: "FindDocuments",
          actions: ["s3:ListBucket"],
          resources: [`arn:${scope.partition}:s3:::${scope.names.bucket}`],
        },
        ...consume(scope),
        moveLetters(scope),
      ];
  }
}
