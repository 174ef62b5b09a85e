import { AwsError } from "../context.ts";
import {
  batchEntryIdsNotDistinct,
  batchRequestTooLong,
  emptyBatch,
  invalidBatchEntryId,
  malformed,
  missingParameter,
  tooManyEntries,
} from "./errors.ts";
import { type Input, isObject, list, object, text } from "./input.ts";
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from "./limits.ts";

export interface BatchEntry {
  id: string;
  input: Input;
}

/** As AWS writes it: a list with nothing in it is left out. */
export interface BatchResult<R> {
  Successful?: (R & { Id: string })[];
  Failed?: { Id: string; SenderFault: boolean; Code: string; Message: string }[];
}

const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/**
 * Reads and checks the entries of a batch.
 * @param shape the entry's name in AWS's message for an empty batch.
 * @throws what fails a batch as a whole.
 */
export function batchEntries(input: Input, shape: string): BatchEntry[] {
  const entries = list(input, "Entries") ?? [];
  if (entries.length === 0) throw emptyBatch(shape);
  if (entries.length > MAX_BATCH_ENTRIES) throw tooManyEntries(entries.length);
  const seen = new Set<string>();
  return entries.map((entry) => {
    if (!isObject(entry)) throw malformed("The member Entries must be a list of objects.");
    const id = text(entry, "Id");
    if (id === undefined) throw missingParameter(`${shape}.Id`);
    if (!ENTRY_ID.test(id)) throw invalidBatchEntryId();
    if (seen.has(id)) throw batchEntryIdsNotDistinct(id);
    seen.add(id);
    return { id, input: entry };
  });
}

/** @throws BatchRequestTooLong when the messages of a batch are over 1 MiB in sum, before any is looked at more closely. */
export function checkBatchSize(entries: readonly BatchEntry[]): void {
  let bytes = 0;
  for (const { input } of entries) {
    bytes += Buffer.byteLength(text(input, "MessageBody") ?? "");
    for (const [name, attribute] of Object.entries(object(input, "MessageAttributes") ?? {})) {
      if (!isObject(attribute)) continue;
      bytes += Buffer.byteLength(name) + Buffer.byteLength(text(attribute, "DataType") ?? "");
      bytes += Buffer.byteLength(text(attribute, "StringValue") ?? "");
      bytes += Buffer.byteLength(text(attribute, "BinaryValue") ?? "", "base64");
    }
  }
  if (bytes > MAX_MESSAGE_BYTES) throw batchRequestTooLong(bytes);
}

/** Runs the entries one by one; an entry that fails is reported and the others go on. */
export function runBatch<R extends object>(entries: readonly BatchEntry[], run: (entry: Input) => R): BatchResult<R> {
  const result: BatchResult<R> = {};
  for (const { id, input } of entries) {
    try {
      const done = { Id: id, ...run(input) };
      (result.Successful ??= []).push(done);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // Entries carry the codes of old, which clients of every age know.
      (result.Failed ??= []).push({
        Id: id,
        SenderFault: error.status < 500,
        Code: error.queryCode ?? error.code,
        Message: error.message,
      });
    }
  }
  return result;
}
