import { invalidAttributeName, invalidAttributeValue, onlyFifo, unknownAttribute } from "./errors.ts";
import { MAX_DELAY_SECONDS, MAX_MESSAGE_BYTES, MAX_VISIBILITY_SECONDS, MAX_WAIT_SECONDS } from "./limits.ts";
import {
  parseRedriveAllowPolicy,
  parseRedrivePolicy,
  type RedriveAllowPolicy,
  type RedrivePolicy,
} from "./redrive-policy.ts";

/** A queue's attributes as it works with them. */
export interface QueueSettings {
  visibilitySeconds: number;
  delaySeconds: number;
  waitSeconds: number;
  maxMessageBytes: number;
  retentionMs: number;
  contentBasedDeduplication: boolean;
  dedupPerGroup: boolean;
  redrive: RedrivePolicy | undefined;
  redriveAllow: RedriveAllowPolicy | undefined;
}

/** The settable ones, as strings; what is not set and has no default is absent. */
export type QueueAttributes = Record<string, string>;

type Check = (value: string, name: string) => void;

const integer =
  (low: number, high: number): Check =>
  (value, name) => {
    if (!/^\d+$/.test(value) || Number(value) < low || Number(value) > high) throw invalidAttributeValue(name);
  };
const boolean: Check = (value, name) => {
  if (!/^(true|false)$/i.test(value)) throw invalidAttributeValue(name);
};
const oneOf =
  (...values: string[]): Check =>
  (value, name) => {
    if (!values.includes(value)) throw invalidAttributeValue(name);
  };
const json: Check = (value, name) => {
  try {
    JSON.parse(value);
  } catch {
    throw invalidAttributeValue(name);
  }
};

const CHECKS: Record<string, Check> = {
  DelaySeconds: integer(0, MAX_DELAY_SECONDS),
  MaximumMessageSize: integer(1024, MAX_MESSAGE_BYTES),
  MessageRetentionPeriod: integer(60, 1_209_600),
  ReceiveMessageWaitTimeSeconds: integer(0, MAX_WAIT_SECONDS),
  VisibilityTimeout: integer(0, MAX_VISIBILITY_SECONDS),
  Policy: json,
  RedrivePolicy: (value) => void parseRedrivePolicy(value),
  RedriveAllowPolicy: (value) => void parseRedriveAllowPolicy(value),
  KmsMasterKeyId: () => {},
  KmsDataKeyReusePeriodSeconds: integer(60, 86_400),
  SqsManagedSseEnabled: boolean,
};
const FIFO_CHECKS: Record<string, Check> = {
  ContentBasedDeduplication: boolean,
  DeduplicationScope: oneOf("queue", "messageGroup"),
  FifoThroughputLimit: oneOf("perQueue", "perMessageGroupId"),
};
/** Unknown to a standard queue, in other words than the rest. */
const FIFO_ONLY = new Set(["DeduplicationScope", "FifoThroughputLimit"]);
/** An empty string takes these away. */
const REMOVABLE = new Set(["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"]);

const DEFAULTS: QueueAttributes = {
  VisibilityTimeout: "30",
  MaximumMessageSize: String(MAX_MESSAGE_BYTES),
  MessageRetentionPeriod: "345600",
  DelaySeconds: "0",
  ReceiveMessageWaitTimeSeconds: "0",
  SqsManagedSseEnabled: "true",
};
const FIFO_DEFAULTS: QueueAttributes = {
  FifoQueue: "true",
  ContentBasedDeduplication: "false",
  DeduplicationScope: "queue",
  FifoThroughputLimit: "perQueue",
};

/**
 * Lays changes over attributes, checked.
 * @param fifo the queue's type; FIFO attributes are unknown to a standard queue.
 * @throws InvalidAttributeName, InvalidAttributeValue, or InvalidParameterValueException for a redrive policy.
 */
export function changeAttributes(current: QueueAttributes, changes: QueueAttributes, fifo: boolean): QueueAttributes {
  const result = { ...current };
  for (const [name, value] of Object.entries(changes)) {
    const check = CHECKS[name] ?? (fifo ? FIFO_CHECKS[name] : undefined);
    if (!check) throw FIFO_ONLY.has(name) ? onlyFifo(name) : unknownAttribute(name);
    if (value === "" && REMOVABLE.has(name)) {
      delete result[name];
      continue;
    }
    check(value, name);
    result[name] = normalize(name, value);
  }
  checkEncryption(result, changes);
  if (result["FifoThroughputLimit"] === "perMessageGroupId" && result["DeduplicationScope"] !== "messageGroup") {
    throw invalidAttributeValue(
      "FifoThroughputLimit",
      "perMessageGroupId needs DeduplicationScope to be messageGroup.",
    );
  }
  return result;
}

export function defaultAttributes(fifo: boolean): QueueAttributes {
  return fifo ? { ...DEFAULTS, ...FIFO_DEFAULTS } : { ...DEFAULTS };
}

function checkEncryption(result: QueueAttributes, changes: QueueAttributes): void {
  if (!result["KmsMasterKeyId"]) {
    // It says how long that key's data keys are used, and goes with it.
    delete result["KmsDataKeyReusePeriodSeconds"];
    return;
  }
  if (changes["SqsManagedSseEnabled"] === "true") {
    throw invalidAttributeName(
      "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
    );
  }
  result["SqsManagedSseEnabled"] = "false";
  result["KmsDataKeyReusePeriodSeconds"] ??= "300";
}

/** One form for what can be written in several, so that a repeated CreateQueue compares equal. */
export function normalize(name: string, value: string): string {
  if (name === "RedrivePolicy" && value !== "") return JSON.stringify(parseRedrivePolicy(value));
  if (name in CHECKS && /^\d+$/.test(value)) return String(Number(value));
  const check = CHECKS[name] ?? FIFO_CHECKS[name];
  if (check === boolean) return value.toLowerCase();
  return value;
}

export function settingsOf(attributes: QueueAttributes): QueueSettings {
  const seconds = (name: string) => Number(attributes[name]);
  const redrive = attributes["RedrivePolicy"];
  const allow = attributes["RedriveAllowPolicy"];
  return {
    visibilitySeconds: seconds("VisibilityTimeout"),
    delaySeconds: seconds("DelaySeconds"),
    waitSeconds: seconds("ReceiveMessageWaitTimeSeconds"),
    maxMessageBytes: seconds("MaximumMessageSize"),
    retentionMs: seconds("MessageRetentionPeriod") * 1000,
    contentBasedDeduplication: attributes["ContentBasedDeduplication"] === "true",
    dedupPerGroup: attributes["DeduplicationScope"] === "messageGroup",
    redrive: redrive ? parseRedrivePolicy(redrive) : undefined,
    redriveAllow: allow ? parseRedriveAllowPolicy(allow) : undefined,
  };
}
