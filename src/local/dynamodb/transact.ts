import { createHash } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../context.ts";
import { getItem } from "./read.ts";
import { validationError } from "./request.ts";
import type { Storage } from "./storage.ts";
import { parse } from "./tables.ts";
import { prepareCheck, prepareDelete, preparePut, prepareUpdate, type Write } from "./write.ts";

type Input = Record<string, unknown>;

const MAX_ITEMS = 100;
/** How long a ClientRequestToken makes a repeat of the same request do nothing. */
const TOKEN_AGE_MS = 10 * 60 * 1000;

const operation = z.record(z.string(), z.unknown());
const items = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .min(1, "Member must have length greater than or equal to 1")
    .max(MAX_ITEMS, `Member must have length less than or equal to ${MAX_ITEMS}`);
const transactGet = z.object({ TransactItems: items(z.object({ Get: operation })) });
const transactWrite = z.object({
  TransactItems: items(z.record(z.string(), operation.optional())),
  ClientRequestToken: z.string().min(1).max(36).optional(),
});

const PREPARE: Readonly<Record<string, (storage: Storage, input: Input) => Write>> = {
  Put: preparePut,
  Update: prepareUpdate,
  Delete: prepareDelete,
  ConditionCheck: prepareCheck,
};

/** All of the items at one moment, in the order asked; a missing one is an empty response. */
export function transactGetItems(storage: Storage, input: Input) {
  const { TransactItems } = parse(transactGet, input);
  const responses = TransactItems.map(({ Get }) => getItem(storage, Get));
  return { Responses: responses.map(({ Item }) => (Item ? { Item } : {})) };
}

/**
 * All of the writes or none.
 * @throws AwsError `TransactionCanceledException` with a reason for every item, `IdempotentParameterMismatchException`.
 */
export function transactWriteItems(storage: Storage, input: Input, nowMs: number): object {
  const { TransactItems, ClientRequestToken: token } = parse(transactWrite, input);
  // Taken before the operations are parsed, which changes them.
  const digest = createHash("sha256").update(JSON.stringify(TransactItems)).digest("base64");
  return storage.transaction(() => {
    if (token !== undefined && isRepeat(storage, token, digest, nowMs)) return {};
    const writes = TransactItems.map((item) => prepare(storage, item));
    refuseTwoOnOne(writes);
    runAll(writes);
    if (token !== undefined) storage.saveToken(token, digest, nowMs);
    return {};
  });
}

function isRepeat(storage: Storage, token: string, digest: string, nowMs: number): boolean {
  const before = storage.tokenDigest(token, nowMs, TOKEN_AGE_MS);
  if (before === undefined || before === digest) return before !== undefined;
  throw new AwsError(
    "IdempotentParameterMismatchException",
    "The request was rejected because its parameters differ from those of an earlier request with the same client token.",
  );
}

function prepare(storage: Storage, item: Record<string, Input | undefined>): Write {
  const named = Object.entries(item).flatMap(([name, input]) =>
    input ? [{ prepareWrite: PREPARE[name], input }] : [],
  );
  const [only, ...others] = named;
  if (!only?.prepareWrite || others.length > 0) {
    throw validationError("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  const { ReturnValues: _, ...input } = only.input;
  return only.prepareWrite(storage, input);
}

function refuseTwoOnOne(writes: Write[]): void {
  const places = new Set(writes.map((write) => `${write.table.id}/${write.key}`));
  if (places.size < writes.length)
    throw validationError("Transaction request cannot include multiple operations on one item");
}

/** Runs every write even after one failed, because each item is told its own reason. */
function runAll(writes: Write[]): void {
  const reasons = writes.map((write) => {
    try {
      write.run();
      return { Code: "None" };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { Code: REASONS[error.code] ?? error.code, Message: error.message, ...error.members };
    }
  });
  if (reasons.every((reason) => reason.Code === "None")) return;
  const codes = reasons.map((reason) => reason.Code).join(", ");
  throw new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { members: { CancellationReasons: reasons } },
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: "ConditionalCheckFailed",
  ValidationException: "ValidationError",
};
