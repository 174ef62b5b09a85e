import type { InvokeResult } from "../interfaces.ts";

/** What becomes of a batch: the ids of messages that failed, or all of them. */
export type BatchVerdict = { failed: "all" } | { failed: ReadonlySet<string> };

const NONE: BatchVerdict = { failed: new Set() };
const ALL: BatchVerdict = { failed: "all" };

/**
 * Reads a function's answer as Lambda does (guide `services-sqs-errorhandling`): an empty or null list, or an empty or
 * null answer, means success; an answer that cannot be read, an empty or null identifier, a misspelt key, or an
 * identifier that is not in the batch means that the whole batch failed.
 */
export function readBatchResult(
  result: InvokeResult,
  messageIds: ReadonlySet<string>,
  reporting: boolean,
): BatchVerdict {
  if (result.functionError) return ALL;
  if (!reporting || result.payload.length === 0) return NONE;
  // The usual answers, without the cost of parsing.
  if (result.payload.length === 4 && result.payload.toString() === "null") return NONE;
  let answer: unknown;
  try {
    answer = JSON.parse(result.payload.toString("utf8"));
  } catch {
    return ALL;
  }
  if (answer === null) return NONE;
  if (typeof answer !== "object" || Array.isArray(answer)) return ALL;
  const failures: unknown = "batchItemFailures" in answer ? answer.batchItemFailures : undefined;
  // A misspelt `batchItemFailures` is an empty answer: AWS deletes the messages, and so do we.
  if (failures === undefined || failures === null) return NONE;
  if (!Array.isArray(failures)) return ALL;
  const failed = new Set<string>();
  for (const failure of failures) {
    const id = identifierOf(failure);
    if (id === undefined || !messageIds.has(id)) return ALL;
    failed.add(id);
  }
  return { failed };
}

function identifierOf(failure: unknown): string | undefined {
  if (typeof failure !== "object" || failure === null || !("itemIdentifier" in failure)) return undefined;
  return typeof failure.itemIdentifier === "string" && failure.itemIdentifier !== ""
    ? failure.itemIdentifier
    : undefined;
}
