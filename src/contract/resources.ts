/** Names of everything a stage is made of, derived from app and stage alone (and the account, where names are global). */
export interface ResourceNames {
  queue: string;
  deadLetterQueue: string;
  tasksTable: string;
  connectionsTable: string;
  bucket: string;
  functions: Record<FunctionRole, string>;
  /** Prefix of the stage's SSM parameters, without a trailing slash. */
  parameters: string;
  /** SSM parameter (String, JSON of StageOutputs). */
  outputsParameter: string;
  /** SSM parameter (String, JSON of ConsumptionMark); there is none while nothing was changed by hand. */
  consumptionParameter: string;
  /** Prefix of the SecureString parameters; the last segment is the variable's name. */
  secretsPath: string;
}

export const FUNCTION_ROLES = ["worker", "api", "socket", "authorizer", "reconciler"] as const;
export type FunctionRole = (typeof FUNCTION_ROLES)[number];

export function resourceNames(app: string, stage: string, accountId: string): ResourceNames {
  const base = `${app}-${stage}`;
  const parameters = `/ai-pipeline/${app}/${stage}`;
  return {
    queue: `${base}-tasks`,
    deadLetterQueue: `${base}-tasks-dlq`,
    tasksTable: `${base}-tasks`,
    connectionsTable: `${base}-connections`,
    bucket: `${base}-documents-${accountId}`,
    functions: {
      worker: `${base}-worker`,
      api: `${base}-api`,
      socket: `${base}-socket`,
      authorizer: `${base}-authorizer`,
      reconciler: `${base}-reconciler`,
    },
    parameters,
    outputsParameter: `${parameters}/outputs`,
    consumptionParameter: `${parameters}/consumption`,
    secretsPath: `${parameters}/secrets`,
  };
}

/** @returns the CloudWatch log group of a function. */
export function logGroupName(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/** Secrets the toolkit itself knows; the rest of the path are the model's keys. */
export const STAGE_TOKEN = "STAGE_TOKEN";
/** `whsec_` + base64, Standard Webhooks. */
export const WEBHOOK_SECRET = "WEBHOOK_SECRET";

/** What a deployed stage says of itself, in one SSM parameter: a teammate or CI needs nothing but credentials. */
export interface StageOutputs {
  v: 1;
  app: string;
  stage: string;
  provider: "aws";
  account: string;
  region: string;
  httpUrl: string;
  /** With a domain of its own: what the DNS record of the HTTP API's host points at. */
  domainTarget?: string;
  socketUrl: string;
  queueUrl: string;
  deadLetterQueueUrl: string;
  tasksTable: string;
  connectionsTable: string;
  bucket: string;
  functions: Record<FunctionRole, string>;
  secretsPath: string;
  /** Receives before the dead-letter queue. */
  maxAttempts: number;
}
