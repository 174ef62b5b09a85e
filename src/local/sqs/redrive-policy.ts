import { invalidAttributeValue, invalidValue } from "./errors.ts";
import { isObject } from "./input.ts";

export interface RedrivePolicy {
  deadLetterTargetArn: string;
  /** 1 to 1,000. */
  maxReceiveCount: number;
}

export interface RedriveAllowPolicy {
  redrivePermission: "allowAll" | "denyAll" | "byQueue";
  sourceQueueArns: string[];
}

const QUEUE_ARN = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?$/;
const MAX_RECEIVE_COUNT = 1000;
const MAX_SOURCES = 10;

/** @throws InvalidParameterValueException with AWS's reason. */
export function parseRedrivePolicy(json: string): RedrivePolicy {
  const invalid = (reason: string) => invalidValue(json, "RedrivePolicy", reason);
  const policy = parseJson(json);
  if (!isObject(policy)) throw invalid("Redrive policy is not a valid JSON map.");
  for (const name of ["maxReceiveCount", "deadLetterTargetArn"]) {
    if (policy[name] === undefined || policy[name] === "") {
      throw invalid(`Redrive policy does not contain mandatory attribute: ${name}.`);
    }
  }
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  if (typeof deadLetterTargetArn !== "string" || !QUEUE_ARN.test(deadLetterTargetArn)) {
    throw invalid("Invalid value for deadLetterTargetArn.");
  }
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > MAX_RECEIVE_COUNT) {
    throw invalid(
      `Invalid value for maxReceiveCount: ${String(maxReceiveCount)}, valid values are from 1 to ${MAX_RECEIVE_COUNT} both inclusive.`,
    );
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}

/** @throws InvalidAttributeValue */
export function parseRedriveAllowPolicy(json: string): RedriveAllowPolicy {
  const invalid = (reason: string) => invalidAttributeValue("RedriveAllowPolicy", reason);
  const policy = parseJson(json);
  if (!isObject(policy)) throw invalid("Redrive allow policy is not a valid JSON map.");
  const { redrivePermission, sourceQueueArns = [] } = policy;
  if (redrivePermission !== "allowAll" && redrivePermission !== "denyAll" && redrivePermission !== "byQueue") {
    throw invalid("redrivePermission must be one of allowAll, denyAll, byQueue.");
  }
  if (!Array.isArray(sourceQueueArns)) throw invalid("sourceQueueArns must be a list.");
  const arns = sourceQueueArns.map((arn: unknown) => {
    if (typeof arn !== "string" || !QUEUE_ARN.test(arn)) throw invalid("sourceQueueArns must hold ARNs of queues.");
    return arn;
  });
  if (arns.length > MAX_SOURCES) throw invalid(`sourceQueueArns can have up to ${MAX_SOURCES} ARNs.`);
  if ((redrivePermission === "byQueue") !== arns.length > 0) {
    throw invalid("sourceQueueArns is required with byQueue, and only with it.");
  }
  return { redrivePermission, sourceQueueArns: arns };
}

/** @returns whether the dead-letter queue's policy lets the source name it. */
export function allowsSource(policy: RedriveAllowPolicy | undefined, sourceArn: string): boolean {
  if (!policy || policy.redrivePermission === "allowAll") return true;
  return policy.redrivePermission === "byQueue" && policy.sourceQueueArns.includes(sourceArn);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
