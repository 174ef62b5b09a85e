import { roleFor } from "./iam/policy.ts";

/**
 * What AWS says when it refuses a resource, in CloudFormation's events and Terraform's errors alike, and the next step. The words
 * are those of the services' errors; what they mean for a stage they cannot know.
 */
const ADVICE: readonly [RegExp, (found: RegExpExecArray) => string][] = [
  [
    /not authorized to perform:? ([\w-]+:\w+)/i,
    ([, action = ""]) =>
      `You lack the permission ${action}: iam policy --role ${roleFor(action)} prints a policy that has it.`,
  ],
  [
    /decreases account'?s UnreservedConcurrentExecutions? below/i,
    () =>
      "The account has no concurrency left to reserve: lower worker.reservedConcurrency, or ask for more in Service Quotas (Lambda, concurrent executions).",
  ],
  [
    /CodeStorageExceeded|code storage limit/i,
    () =>
      "Lambda's storage for code is full in this region: delete versions of functions that nobody needs, or ask for more in Service Quotas (Lambda).",
  ],
  [
    /Rate exceeded|Throttl|TooManyRequests|SlowDown|reduce your request rate|RequestLimitExceeded|ThroughputExceeded/i,
    () => "AWS was asked for too much at once: wait a moment.",
  ],
  [
    /InsufficientCapabilities|requires capabilities/i,
    () =>
      "The template holds what a person must allow, and deploy allows roles alone (CAPABILITY_NAMED_IAM): take macros and nested stacks out of it.",
  ],
  [
    /LimitExceeded|Limit exceeded|quota|TooManyBuckets|too many (buckets|queues|functions)|maximum number of/i,
    () =>
      "A quota of the account is used up: ask for more in Service Quotas, or remove a stage that nobody needs (stages list).",
  ],
  [
    /QueueDeletedRecently|wait 60 seconds|is being deleted|conflicting conditional operation/i,
    () => "Something of that name was deleted a moment ago: wait a minute.",
  ],
  [
    /already ?exist|AlreadyOwnedByYou/i,
    () =>
      "Something of that name is there and belongs to another stack, state or account (a bucket's name is the only one in the world): remove it, or choose another app or stage.",
  ],
  [
    /CloudWatch Logs role ARN must be set/i,
    () => "API Gateway may not write logs in this region yet: bootstrap gives it its role.",
  ],
  [
    /ResourceInUse|ResourceConflict|TooManyUpdates|OperationAborted|concurrent (update|operation|modification)|update is in progress/i,
    () => "Something else changes it at this moment, or uses it: wait until that is over.",
  ],
  [/ExpiredToken|security token .*expired/i, () => "Your credentials have expired: sign in again."],
];

/** @param reason the service's words. @returns what that means and what to do, where it is known. */
export function adviceFor(reason: string): string[] {
  for (const [pattern, advice] of ADVICE) {
    const found = pattern.exec(reason);
    if (found) return [advice(found)];
  }
  return [];
}
