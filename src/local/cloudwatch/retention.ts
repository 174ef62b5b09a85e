import type { DatabaseSync } from "node:sqlite";
import { Bucket } from "./bucket.ts";
import { toDatum } from "./rows.ts";

const DAY_MS = 86_400_000;
/** As CloudWatch keeps minutes; here nothing is kept longer. */
const RETENTION_MS = 15 * DAY_MS;
/** However much is put in: a stack under load for days does not fill the disk. */
const MAX_BYTES = 256 * 1024 * 1024;
const HOUR_MS = 3_600_000;
/** How long seconds are kept apart; then they become minutes, as on AWS. */
const FINE_SECONDS = 3 * 3600;
const HISTORY_MS = 30 * DAY_MS;
const MAX_HISTORY = 50_000;

/** Drops what is too old and folds old seconds into minutes. A throw leaves its transaction open, to be rolled back. */
export function retain(db: DatabaseSync, now: number, maxBytes = MAX_BYTES): void {
  db.exec("BEGIN");
  prune(db, now - RETENTION_MS);
  for (const { id } of db.prepare("SELECT id FROM metric WHERE fine = 1").all())
    fold(db, Number(id), Math.floor(now / 1000) - FINE_SECONDS);
  for (let age = RETENTION_MS / 2; usedBytes(db) > maxBytes && age > HOUR_MS; age /= 2) prune(db, now - age);
  db.prepare("DELETE FROM metric WHERE last_seen < ?").run(now - RETENTION_MS);
  db.prepare("DELETE FROM alarm_history WHERE at < ?").run(now - HISTORY_MS);
  db.prepare("DELETE FROM alarm_history WHERE id <= (SELECT max(id) FROM alarm_history) - ?").run(MAX_HISTORY);
  db.exec("COMMIT");
}

/** Metric by metric, along the key of the table: time alone has no index. */
function prune(db: DatabaseSync, before: number): void {
  const remove = db.prepare("DELETE FROM datum WHERE metric = ? AND at < ?");
  for (const { id } of db.prepare("SELECT id FROM metric").all()) remove.run(Number(id), Math.floor(before / 1000));
}

function usedBytes(db: DatabaseSync): number {
  const pragma = (name: string) => Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
  return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
}

function fold(db: DatabaseSync, metric: number, before: number): void {
  const fine = db
    .prepare("SELECT * FROM datum WHERE metric = ? AND at < ? AND at % 60 != 0")
    .all(metric, before - (before % 60))
    .map(toDatum);
  const find = db.prepare("SELECT * FROM datum WHERE metric = ? AND at = ? AND unit = ?");
  const write = db.prepare("INSERT OR REPLACE INTO datum VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const remove = db.prepare("DELETE FROM datum WHERE metric = ? AND at = ? AND unit = ?");
  for (const { at, unit, bucket } of fine) {
    const seconds = at / 1000;
    const minute = seconds - (seconds % 60);
    const row = find.get(metric, minute, unit);
    const whole = row ? toDatum(row).bucket : new Bucket();
    whole.merge(bucket);
    const { count, sum, min, max, opaque } = whole;
    write.run(metric, minute, unit, count, sum, min, max, opaque, whole.encode() ?? null);
    remove.run(metric, seconds, unit);
  }
}
