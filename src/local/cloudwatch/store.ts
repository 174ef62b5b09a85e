import type { DatabaseSync } from "node:sqlite";
import type { LocalContext } from "../context.ts";
import { Bucket } from "./bucket.ts";
import { dimensionText, type Metric, type Unit } from "./metric.ts";
import { retain } from "./retention.ts";
import { type Datum, toDatum, toMetric } from "./rows.ts";

/** Where a writer's samples go. Kept by who writes often: it finds the present bucket without a look-up. */
export interface Series {
  readonly metric: Metric;
  readonly unit: Unit;
  /** The bucket of a time, to be changed at once: it is written within a second. Resolution in seconds. */
  at(ms: number, resolution?: 1 | 60): Bucket;
}

export interface MetricStore {
  series(metric: Metric, unit: Unit): Series;
  /** Data from `from` up to, not including, `to`, epoch milliseconds, in order. */
  read(metric: Metric, from: number, to: number): Datum[];
  /** Metrics with data since then, in order, after a place that an earlier page ended at. */
  list(filter: { namespace?: string; name?: string; since: number; after?: Metric }): Iterable<Metric>;
  flush(): void;
  close(): void;
}

interface Entry {
  metric: Metric;
  at: number;
  unit: Unit;
  bucket: Bucket;
  fine: boolean;
  dirty: boolean;
  /** False once it has left the cache: another may have been read since. */
  live: boolean;
}

const FLUSH_MS = 1000;
const HOUSEKEEPING_MS = 10 * 60_000;
/** How long a bucket stays in memory after it was written: until nobody is likely to write to it again. */
const WARM_SECONDS = 120;
/** Buckets in memory before all that are written leave it. */
const MAX_ENTRIES = 5000;

/** Samples in SQLite, with the buckets of the present in memory. */
export function createMetricStore(ctx: LocalContext, db: DatabaseSync): MetricStore {
  const insertMetric = db.prepare(
    "INSERT INTO metric (namespace, name, dimensions, last_seen, fine) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen), fine = max(fine, excluded.fine) RETURNING id",
  );
  const findMetric = db.prepare("SELECT id FROM metric WHERE namespace = ? AND name = ? AND dimensions = ?");
  const readDatum = db.prepare("SELECT * FROM datum WHERE metric = ? AND at = ? AND unit = ?");
  const readData = db.prepare("SELECT * FROM datum WHERE metric = ? AND at >= ? AND at < ? ORDER BY at, unit");
  const writeDatum = db.prepare("INSERT OR REPLACE INTO datum VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const entries = new Map<string, Entry>();
  let dirty = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const idOf = (metric: Metric): number | undefined => {
    const row = findMetric.get(metric.namespace, metric.name, dimensionText(metric.dimensions));
    return row === undefined ? undefined : Number(row["id"]);
  };

  // A full disk costs metrics, never the stack.
  const guard = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      ctx.failed("Metrics could not be kept", error);
      return undefined;
    }
  };

  const load = (metric: Metric, at: number, unit: Unit): Bucket => {
    const row = closed
      ? undefined
      : guard(() => {
          const id = idOf(metric);
          return id === undefined ? undefined : readDatum.get(id, at, unit);
        });
    return row ? toDatum(row).bucket : new Bucket();
  };

  const write = ({ metric, at, unit, bucket, fine }: Entry): void => {
    const id = Number(
      insertMetric.get(metric.namespace, metric.name, dimensionText(metric.dimensions), at * 1000, fine ? 1 : 0)?.[
        "id"
      ],
    );
    const { count, sum, min, max, opaque } = bucket;
    writeDatum.run(id, at, unit, count, sum, min, max, opaque, bucket.encode() ?? null);
  };

  const evict = () => {
    const cold = ctx.clock.now() / 1000 - WARM_SECONDS;
    for (const [key, entry] of entries) {
      if (entry.dirty || (entry.at > cold && entries.size <= MAX_ENTRIES)) continue;
      entry.live = false;
      entries.delete(key);
    }
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (dirty === 0 || closed) return;
    dirty = 0;
    guard(() => {
      db.exec("BEGIN");
      for (const entry of entries.values()) {
        if (!entry.dirty) continue;
        entry.dirty = false;
        if (entry.bucket.count > 0) write(entry);
      }
      db.exec("COMMIT");
    });
    evict();
  };

  const touch = (entry: Entry): Bucket => {
    // Who is told late writes to nothing.
    if (entry.dirty || closed) return entry.bucket;
    entry.dirty = true;
    dirty += 1;
    if (dirty >= MAX_ENTRIES) setImmediate(flush);
    timer ??= setTimeout(flush, FLUSH_MS);
    return entry.bucket;
  };

  const entryOf = (metric: Metric, series: string, unit: Unit, at: number): Entry => {
    const key = `${series}${at}`;
    const known = entries.get(key);
    if (known) return known;
    const entry = { metric, at, unit, bucket: load(metric, at, unit), fine: false, dirty: false, live: true };
    entries.set(key, entry);
    return entry;
  };

  const housekeep = () => {
    flush();
    guard(() => retain(db, ctx.clock.now()));
  };
  housekeep();
  const housekeeping = setInterval(housekeep, HOUSEKEEPING_MS);
  housekeeping.unref();

  return {
    series(metric, unit) {
      const id = `${metric.namespace}\n${metric.name}\n${dimensionText(metric.dimensions)}\n${unit}\n`;
      let current: Entry | undefined;
      return {
        metric,
        unit,
        at(ms, resolution = 60) {
          const at = Math.floor(ms / 1000 / resolution) * resolution;
          if (!current?.live || current.at !== at) current = entryOf(metric, id, unit, at);
          if (resolution === 1) current.fine = true;
          return touch(current);
        },
      };
    },
    read(metric, from, to) {
      flush();
      const id = idOf(metric);
      return id === undefined ? [] : readData.all(id, Math.ceil(from / 1000), Math.ceil(to / 1000)).map(toDatum);
    },
    *list({ namespace, name, since, after }) {
      flush();
      const where = ["last_seen >= ?"];
      const values: (string | number)[] = [since];
      const add = (condition: string, ...given: string[]) => {
        where.push(condition);
        values.push(...given);
      };
      if (namespace !== undefined) add("namespace = ?", namespace);
      if (name !== undefined) add("name = ?", name);
      if (after)
        add("(namespace, name, dimensions) > (?, ?, ?)", after.namespace, after.name, dimensionText(after.dimensions));
      const sql = `SELECT namespace, name, dimensions FROM metric WHERE ${where.join(" AND ")} ORDER BY namespace, name, dimensions`;
      for (const row of db.prepare(sql).iterate(...values)) yield toMetric(row);
    },
    flush,
    close() {
      if (closed) return;
      flush();
      closed = true;
      clearTimeout(timer);
      clearInterval(housekeeping);
    },
  };
}
