import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { LocalContext } from "../context.ts";
import { createSchema, toGroup, toStored, toStream } from "./schema.ts";
import type { EventQuery, LogGroup, LogListener, LogStream, StoredEvent } from "./types.ts";

export interface LogStore {
  /** Buffered: seen by every read, on disk within a tenth of a second. Makes group and stream where they are missing. */
  put(group: string, stream: string, events: readonly { timestamp: number; message: string }[]): void;
  createGroup(group: LogGroup): boolean;
  deleteGroup(name: string): boolean;
  updateGroup(name: string, change: { retentionInDays?: number | null; tags?: Record<string, string> }): boolean;
  group(name: string): LogGroup | undefined;
  /** By name. */
  groups(prefix?: string): LogGroup[];
  createStream(group: string, stream: string): boolean;
  deleteStream(group: string, stream: string): boolean;
  /** By name. */
  streams(group: string, prefix?: string): LogStream[];
  hasStream(group: string, stream: string): boolean;
  events(query: EventQuery): StoredEvent[];
  /** Bytes of the group's messages, as CloudWatch counts them. */
  storedBytes(group: string): number;
  subscribe(listener: LogListener): () => void;
  close(): void;
}

const FLUSH_MS = 100;
const FLUSH_EVENTS = 2000;
/** Kept of each group, newest first: a stack left alone for weeks does not fill the disk. */
const MAX_EVENTS = 200_000;
/** How often, in events, the group is cut to that. */
const TRIM_EVERY = 10_000;
const DAY_MS = 86_400_000;

interface Pending {
  group: string;
  stream: string;
  events: readonly { timestamp: number; message: string }[];
  ingestionTime: number;
}

/** Opens the store of log groups, streams and events. */
export function createLogStore(ctx: LocalContext): LogStore {
  const db: DatabaseSync = ctx.openDatabase("logs");
  createSchema(db);
  const insertGroup = db.prepare(
    "INSERT OR IGNORE INTO log_group (name, created_at, retention, tags) VALUES (?, ?, ?, ?)",
  );
  const insertStream = db.prepare(
    "INSERT OR IGNORE INTO log_stream (group_id, name, created_at) SELECT id, ?, ? FROM log_group WHERE name = ?",
  );
  const findStream = db.prepare(
    "SELECT s.id AS id, s.group_id AS group_id FROM log_stream s JOIN log_group g ON g.id = s.group_id WHERE g.name = ? AND s.name = ?",
  );
  const insertEvent = db.prepare(
    "INSERT INTO log_event (group_id, stream_id, ts, ingested, message) VALUES (?, ?, ?, ?, ?)",
  );
  const touchStream = db.prepare(
    "UPDATE log_stream SET first_event = min(coalesce(first_event, $first), $first), last_event = max(coalesce(last_event, $last), $last), last_ingestion = $ingested WHERE id = $id",
  );
  const trim = db.prepare(
    "DELETE FROM log_event WHERE group_id = $group AND id <= (SELECT id FROM log_event WHERE group_id = $group ORDER BY id DESC LIMIT 1 OFFSET $kept)",
  );
  const known = new Map<string, { id: number; groupId: number }>();
  const sinceTrim = new Map<number, number>();
  const listeners = new Set<LogListener>();
  let pending: Pending[] = [];
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const streamOf = (group: string, stream: string): { id: number; groupId: number } => {
    const key = `${group}\n${stream}`;
    const cached = known.get(key);
    if (cached) return cached;
    const now = ctx.clock.now();
    insertGroup.run(group, now, null, "{}");
    insertStream.run(stream, now, group);
    const row = findStream.get(group, stream);
    const found = { id: Number(row?.["id"]), groupId: Number(row?.["group_id"]) };
    known.set(key, found);
    return found;
  };

  const write = ({ group, stream, events, ingestionTime }: Pending) => {
    const { id, groupId } = streamOf(group, stream);
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (const { timestamp, message } of events) {
      insertEvent.run(groupId, id, timestamp, ingestionTime, message);
      first = Math.min(first, timestamp);
      last = Math.max(last, timestamp);
    }
    touchStream.run({ first, last, ingested: ingestionTime, id });
    const since = (sinceTrim.get(groupId) ?? 0) + events.length;
    sinceTrim.set(groupId, since >= TRIM_EVERY ? 0 : since);
    if (since >= TRIM_EVERY) trim.run({ group: groupId, kept: MAX_EVENTS });
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length === 0) return;
    const lots = pending;
    pending = [];
    count = 0;
    db.exec("BEGIN");
    try {
      for (const lot of lots) write(lot);
      db.exec("COMMIT");
    } catch (error) {
      // A full disk costs log lines, never the stack.
      if (db.isTransaction) db.exec("ROLLBACK");
      known.clear();
      ctx.failed("Log events could not be kept", error);
    }
  };

  const expire = () => {
    flush();
    db.prepare(
      "DELETE FROM log_event WHERE ts < ? - (SELECT retention FROM log_group g WHERE g.id = group_id) * ?",
    ).run(ctx.clock.now(), DAY_MS);
  };
  expire();
  const housekeeping = setInterval(expire, 10 * 60_000);
  housekeeping.unref();

  const read = (sql: string, ...values: SQLInputValue[]) => {
    flush();
    return db.prepare(sql).all(...values);
  };

  return {
    put(group, stream, events) {
      if (events.length === 0 || closed) return;
      const ingestionTime = ctx.clock.now();
      pending.push({ group, stream, events, ingestionTime });
      count += events.length;
      for (const listener of listeners) listener(group, stream, events, ingestionTime);
      if (count >= FLUSH_EVENTS) flush();
      else timer ??= setTimeout(flush, FLUSH_MS);
    },
    createGroup(group) {
      flush();
      return (
        insertGroup.run(group.name, group.createdAt, group.retentionInDays ?? null, JSON.stringify(group.tags))
          .changes === 1
      );
    },
    deleteGroup(name) {
      flush();
      known.clear();
      return db.prepare("DELETE FROM log_group WHERE name = ?").run(name).changes > 0;
    },
    updateGroup(name, change) {
      flush();
      const found = db.prepare("SELECT * FROM log_group WHERE name = ?").get(name);
      if (!found) return false;
      const group = toGroup(found);
      const retention = change.retentionInDays === undefined ? (group.retentionInDays ?? null) : change.retentionInDays;
      db.prepare("UPDATE log_group SET retention = ?, tags = ? WHERE name = ?").run(
        retention,
        JSON.stringify(change.tags ?? group.tags),
        name,
      );
      expire();
      return true;
    },
    group: (name) => read("SELECT * FROM log_group WHERE name = ?", name).map(toGroup)[0],
    groups: (prefix = "") =>
      read("SELECT * FROM log_group WHERE substr(name, 1, length(?)) = ? ORDER BY name", prefix, prefix).map(toGroup),
    createStream(group, stream) {
      flush();
      return insertStream.run(stream, ctx.clock.now(), group).changes === 1;
    },
    deleteStream(group, stream) {
      flush();
      known.clear();
      return (
        db
          .prepare("DELETE FROM log_stream WHERE name = ? AND group_id = (SELECT id FROM log_group WHERE name = ?)")
          .run(stream, group).changes > 0
      );
    },
    streams: (group, prefix = "") =>
      read(
        "SELECT s.* FROM log_stream s JOIN log_group g ON g.id = s.group_id WHERE g.name = ? AND substr(s.name, 1, length(?)) = ? ORDER BY s.name",
        group,
        prefix,
        prefix,
      ).map(toStream),
    hasStream: (group, stream) => {
      flush();
      return findStream.get(group, stream) !== undefined;
    },
    events(query) {
      const { sql, values } = eventSql(query);
      return read(sql, ...values).map(toStored);
    },
    storedBytes(group) {
      const [row] = read(
        "SELECT sum(length(CAST(message AS BLOB)) + 26) AS bytes FROM log_event WHERE group_id = (SELECT id FROM log_group WHERE name = ?)",
        group,
      );
      return Number(row?.["bytes"] ?? 0);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      if (closed) return;
      flush();
      closed = true;
      clearInterval(housekeeping);
      db.close();
    },
  };
}

function eventSql(query: EventQuery): { sql: string; values: SQLInputValue[] } {
  const where = ["e.group_id = (SELECT id FROM log_group WHERE name = ?)"];
  const values: SQLInputValue[] = [query.group];
  const add = (condition: string, ...given: SQLInputValue[]) => {
    where.push(condition);
    values.push(...given);
  };
  if (query.streams) add(`s.name IN (${query.streams.map(() => "?").join(", ")})`, ...query.streams);
  if (query.streamPrefix !== undefined) add("substr(s.name, 1, length(?)) = ?", query.streamPrefix, query.streamPrefix);
  if (query.from !== undefined) add("e.ts >= ?", query.from);
  if (query.to !== undefined) add("e.ts < ?", query.to);
  if (query.after) add("(e.ts, e.id) > (?, ?)", query.after.timestamp, query.after.id);
  if (query.before) add("(e.ts, e.id) < (?, ?)", query.before.timestamp, query.before.id);
  const order = query.descending ? "DESC" : "ASC";
  const sql =
    `SELECT e.id, s.name AS stream, e.ts, e.ingested, e.message FROM log_event e JOIN log_stream s ON s.id = e.stream_id ` +
    `WHERE ${where.join(" AND ")} ORDER BY e.ts ${order}, e.id ${order} LIMIT ?`;
  return { sql, values: [...values, query.limit] };
}
