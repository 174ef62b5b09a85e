import { expect, test } from "vitest";
import { adviceFor } from "./refusals.ts";

// The words of the services, as their users report them.
test.each([
  [
    "API: sqs:CreateQueue User: arn:aws:sts::123456789012:assumed-role/dev/me is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:123456789012:shop-dev-tasks",
    "sqs:CreateQueue: iam policy --role deployer",
  ],
  [
    'Resource handler returned message: "Specified ReservedConcurrentExecutions for function decreases account\'s UnreservedConcurrentExecution below its minimum value of [100]."',
    "lower worker.reservedConcurrency",
  ],
  ["You have attempted to create more buckets than allowed (Status Code: 400; Error Code: TooManyBuckets)", "A quota"],
  ["api error LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000", "A quota"],
  [
    "api error AWS.SimpleQueueService.QueueDeletedRecently: You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    "wait a minute",
  ],
  ["shop-dev-documents-123456789012 already exists (Service: S3, Status Code: 0)", "choose another app or stage"],
  ["operation error S3: CreateBucket, BucketAlreadyExists", "choose another app or stage"],
  ["CloudWatch Logs role ARN must be set in account settings to enable logging", "bootstrap"],
  ["Rate exceeded (Service: ApiGatewayV2, Status Code: 429)", "wait a moment"],
  ["ResourceInUseException: Table already exists: shop-dev-tasks", "choose another app or stage"],
  ["ResourceConflictException Function already exist: shop-dev-worker", "choose another app or stage"],
  ["LimitExceededException Subscriber limit exceeded: there is a limit of 2500 tables per subscriber", "A quota"],
  ["ParameterLimitExceeded You have exceeded the number of parameters for this account", "A quota"],
  ["TooManyRequestsException Rate Exceeded.", "wait a moment"],
  ["RequestLimitExceeded Throughput exceeds the current throughput limit for your account", "wait a moment"],
  ["RequestThrottled Request is throttled.", "wait a moment"],
  ["SlowDown Please reduce your request rate.", "wait a moment"],
  ["TooManyUpdates There are concurrent updates for a resource", "wait until that is over"],
  ["ResourceConflictException The operation cannot be performed at this time. An update is in progress", "until that"],
  ["ResourceInUseException The event source mapping is in use", "wait until that is over"],
  ["InsufficientCapabilitiesException Requires capabilities : [CAPABILITY_AUTO_EXPAND]", "take macros"],
  ["CodeStorageExceededException Code storage limit exceeded.", "delete versions of functions"],
  ["The security token included in the request is expired", "sign in again"],
])("%s", (reason, next) => expect(adviceFor(reason)).toEqual([expect.stringContaining(next)]));

test("what nobody knows is left to speak for itself", () =>
  expect(adviceFor("Properties validation failed")).toEqual([]));
