import { createHash } from "node:crypto";
import * as z from "zod";
import { AwsError } from "../context.ts";
import { getItem } from "./read.ts";
import { validationError } from "./request.ts";
import type { Storage } from "./storage.ts";
import { parse } from "./parse.ts";
import type { ConsumedCapacity } from "./types.ts";
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
const returned = z.enum(["INDEXES", "TOTAL", "NONE"]).optional();
const transactGet = z.object({
  TransactItems: items(z.object({ Get: operation })),
  ReturnConsumedCapacity: returned,
});
const transactWrite = z.object({
  TransactItems: items(z.record(z.string(), operation.optional())),
  ClientRequestToken: z.string().min(1).max(36).optional(),
  ReturnConsumedCapacity: returned,
});

const PREPARE: Readonly<Record<string, (storage: Storage, input: Input) => Write>> = {
  Put: preparePut,
  Update: prepareUpdate,
  Delete: prepareDelete,
  ConditionCheck: prepareCheck,
};

/** All of the items at one moment, in the order asked; a missing one is an empty response. */
export function transactGetItems(storage: Storage, input: Input) {
  const { TransactItems, ReturnConsumedCapacity } = parse(transactGet, input);
  const responses = TransactItems.map(({ Get }) =>
    getItem(storage, { ...Get, ConsistentRead: true, ReturnConsumedCapacity }),
  );
  const used = responses.map(({ ConsumedCapacity }) => ConsumedCapacity);
  return {
    Responses: responses.map(({ Item }) => (Item ? { Item } : {})),
    ...consumed(ReturnConsumedCapacity, used, "ReadCapacityUnits"),
  };
}

/**
 * All of the writes or none.
 * @throws AwsError `TransactionCanceledException` with a reason for every item, `IdempotentParameterMismatchException`.
 */
export function transactWriteItems(storage: Storage, input: Input, nowMs: number): object {
  const { TransactItems, ClientRequestToken: token, ReturnConsumedCapacity } = parse(transactWrite, input);
  // Taken before the operations are parsed, which changes them.
  const digest = createHash("sha256").update(JSON.stringify(TransactItems)).digest("base64");
  return storage.transaction(() => {
    if (token !== undefined && isRepeat(storage, token, digest, nowMs)) return {};
    const writes = TransactItems.map((item) => prepare(storage, item, ReturnConsumedCapacity));
    refuseTwoOnOne(writes);
    const used = runAll(writes);
    if (token !== undefined) storage.saveToken(token, digest, nowMs);
    return consumed(ReturnConsumedCapacity, used, "WriteCapacityUnits");
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

/** Each item of a transaction takes twice what it would take alone. */
function consumed(
  wanted: string | undefined,
  used: readonly (ConsumedCapacity | undefined)[],
  kind: "ReadCapacityUnits" | "WriteCapacityUnits",
): { ConsumedCapacity?: object[] } {
  if (wanted !== "TOTAL" && wanted !== "INDEXES") return {};
  const byTable = new Map<string, number>();
  for (const one of used)
    if (one) byTable.set(one.TableName, (byTable.get(one.TableName) ?? 0) + 2 * one.CapacityUnits);
  return {
    ConsumedCapacity: [...byTable].map(([TableName, units]) => ({ TableName, CapacityUnits: units, [kind]: units })),
  };
}

function prepare(storage: Storage, item: Record<string, Input | undefined>, capacity: string | undefined): Write {
  const named = Object.entries(item).flatMap(([name, input]) =>
    input ? [{ prepareWrite: PREPARE[name], input }] : [],
  );
  const [only, ...others] = named;
  if (!only?.prepareWrite || others.length > 0) {
    throw validationError("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  const { ReturnValues: _, ...input } = only.input;
  return only.prepareWrite(storage, { ...input, ReturnConsumedCapacity: capacity });
}

function refuseTwoOnOne(writes: Write[]): void {
  const places = new Set(writes.map((write) => `${write.table.id}/${write.key}`));
  if (places.size < writes.length)
    throw validationError("Transaction request cannot include multiple operations on one item");
}

/** Runs every write even after one failed, because each item is told its own reason. */
function runAll(writes: Write[]): (ConsumedCapacity | undefined)[] {
  const used: (ConsumedCapacity | undefined)[] = [];
  const reasons = writes.map((write) => {
    try {
      used.push(write.run().ConsumedCapacity);
      return { Code: "None" };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { Code: REASONS[error.code] ?? error.code, Message: error.message, ...error.members };
    }
  });
  if (reasons.every((reason) => reason.Code === "None")) return used;
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
