import * as scanShape from "dynalite/validations/scan.js";
import { END, rangeAfter } from "./keys.ts";
import { checkStartKey, positionOf } from "./query.ts";
import { findIndex, readPage } from "./read.ts";
import { parseRequest, validationError } from "./request.ts";
import type { KeyRange, Storage } from "./storage.ts";
import type { ScanInput } from "./types.ts";
import { findTable } from "./write.ts";

/** Keys begin with six hexadecimal digits of the partition's hash; the first three share the table out among segments. */
const SLOTS = 4096;

export function scan(storage: Storage, input: Record<string, unknown>) {
  const data: ScanInput = parseRequest(scanShape, input);
  const table = findTable(storage, data.TableName);
  const index = findIndex(data, table.definition);
  let range: KeyRange = { ...segment(data.Segment ?? 0, data.TotalSegments ?? 1), reverse: false };
  if (data.ExclusiveStartKey) {
    checkStartKey(
      data.ExclusiveStartKey,
      table.definition,
      index,
      index
        ? "The provided starting key is invalid"
        : "The provided starting key is invalid: The provided key element does not match the schema",
    );
    const position = positionOf(data.ExclusiveStartKey, table.definition, index);
    if (position < range.from || position >= range.to) {
      throw validationError(
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. " +
          `TotalSegments: ${data.TotalSegments} Segment: ${data.Segment}`,
      );
    }
    range = rangeAfter(range, position);
  }
  return readPage(storage, table, data, { range, index, legacyFilter: data.ScanFilter });
}

function segment(number: number, total: number): { from: string; to: string } {
  const slot = (position: number) =>
    Math.ceil((SLOTS * position) / total)
      .toString(16)
      .padStart(3, "0");
  return { from: number === 0 ? "" : slot(number), to: number === total - 1 ? END : slot(number + 1) };
}
