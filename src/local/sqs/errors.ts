import { AwsError } from "../context.ts";
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from "./limits.ts";

/*
 * Amazon SQS was a query service before it spoke JSON: each error has its JSON shape's name and, in the
 * `x-amzn-query-error` header, the code that older clients know. Both stand here and nowhere else.
 */

const legacy = (code: string, message: string, status = 400) =>
  new AwsError(code, message, { status, queryCode: `AWS.SimpleQueueService.${code}` });
const plain = (code: string, message: string, status = 400) => new AwsError(code, message, { status, queryCode: code });

export const invalidParameter = (message: string) =>
  new AwsError("InvalidParameterValueException", message, { queryCode: "InvalidParameterValue" });

export const invalidValue = (value: unknown, parameter: string, reason: string) =>
  invalidParameter(`Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`);

export const wrongQueueType = (value: unknown, parameter: string) =>
  invalidValue(value, parameter, "The request include parameter that is not valid for this queue type.");

export const missingParameter = (parameter: string) =>
  new AwsError("MissingRequiredParameterException", `The request must contain the parameter ${parameter}.`, {
    queryCode: "MissingParameter",
  });

export const malformed = (message: string) => plain("SerializationException", message);

export const queueDoesNotExist = () =>
  new AwsError("QueueDoesNotExist", "The specified queue does not exist.", {
    queryCode: "AWS.SimpleQueueService.NonExistentQueue",
  });

export const queueNameExists = (attribute: string) =>
  new AwsError(
    "QueueNameExists",
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
    { queryCode: "QueueAlreadyExists" },
  );

export const queueDeletedRecently = () =>
  legacy(
    "QueueDeletedRecently",
    "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
  );

export const purgeInProgress = (queue: string) =>
  legacy("PurgeQueueInProgress", `Only one PurgeQueue operation on ${queue} is allowed every 60 seconds.`, 403);

export const unknownAttribute = (name: string) => plain("InvalidAttributeName", `Unknown Attribute ${name}.`);
export const onlyFifo = (name: string) =>
  plain("InvalidAttributeName", `You can specify the ${name} only when FifoQueue is set to true.`);
export const invalidAttributeName = (message: string) => plain("InvalidAttributeName", message);
export const invalidAttributeValue = (name: string, reason?: string) =>
  plain("InvalidAttributeValue", `Invalid value for the parameter ${name}.${reason ? ` Reason: ${reason}` : ""}`);

const forbidden = (codePoint: number, where: string) =>
  `Invalid binary character '#x${codePoint.toString(16).toUpperCase()}' was found in the ${where}, the set of ` +
  "allowed characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].";

export const invalidMessageContents = (codePoint: number) =>
  plain("InvalidMessageContents", forbidden(codePoint, "message body"));
export const invalidAttributeContents = (codePoint: number, attribute: string) =>
  invalidParameter(forbidden(codePoint, `message attribute '${attribute}' value`));

export const receiptHandleIsInvalid = (handle: string) =>
  plain("ReceiptHandleIsInvalid", `The input receipt handle "${handle}" is not a valid receipt handle.`);
export const receiptHandleOfOtherQueue = (handle: string) =>
  plain("ReceiptHandleIsInvalid", `The receipt handle "${handle}" is not valid for this queue.`);
export const receiptHandleExpired = (handle: string) =>
  invalidValue(handle, "ReceiptHandle", "The receipt handle has expired.");
export const messageGone = (handle: string) =>
  invalidValue(handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change.");

export const overLimit = (message: string) => plain("OverLimit", message, 403);
export const resourceNotFound = (message: string) => plain("ResourceNotFoundException", message, 404);

export const emptyBatch = (entry: string) =>
  legacy("EmptyBatchRequest", `There should be at least one ${entry} in the request.`);
export const tooManyEntries = (count: number) =>
  legacy(
    "TooManyEntriesInBatchRequest",
    `Maximum number of entries per request are ${MAX_BATCH_ENTRIES}. You have sent ${count}.`,
  );
export const invalidBatchEntryId = () =>
  legacy(
    "InvalidBatchEntryId",
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
  );
export const batchEntryIdsNotDistinct = (id: string) => legacy("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);
export const batchRequestTooLong = (bytes: number) =>
  legacy(
    "BatchRequestTooLong",
    `Batch requests cannot be longer than ${MAX_MESSAGE_BYTES} bytes. You have sent ${bytes} bytes.`,
  );
