import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { LogGroup, LogStream, StoredEvent } from "./types.ts";

type Row = Record<string, SQLOutputValue>;

export function createSchema(db: DatabaseSync): void {
  db.exec(`
    PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS log_group (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, retention INTEGER, tags TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS log_stream (
      id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL REFERENCES log_group(id) ON DELETE CASCADE, name TEXT NOT NULL,
      created_at INTEGER NOT NULL, first_event INTEGER, last_event INTEGER, last_ingestion INTEGER, UNIQUE (group_id, name)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS log_event (
      id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL,
      stream_id INTEGER NOT NULL REFERENCES log_stream(id) ON DELETE CASCADE,
      ts INTEGER NOT NULL, ingested INTEGER NOT NULL, message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS log_event_time ON log_event (group_id, ts, id);
    CREATE INDEX IF NOT EXISTS log_event_stream ON log_event (stream_id);
  `);
}

export function toGroup(row: Row): LogGroup {
  return {
    name: String(row["name"]),
    createdAt: Number(row["created_at"]),
    ...(row["retention"] === null ? {} : { retentionInDays: Number(row["retention"]) }),
    tags: parseTags(String(row["tags"])),
  };
}

function parseTags(text: string): Record<string, string> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, tag]) => [name, String(tag)]));
}

export function toStream(row: Row): LogStream {
  const optional = (column: string, name: "firstEvent" | "lastEvent" | "lastIngestion") =>
    row[column] === null ? {} : { [name]: Number(row[column]) };
  return {
    name: String(row["name"]),
    createdAt: Number(row["created_at"]),
    ...optional("first_event", "firstEvent"),
    ...optional("last_event", "lastEvent"),
    ...optional("last_ingestion", "lastIngestion"),
  };
}

export function toStored(row: Row): StoredEvent {
  return {
    id: Number(row["id"]),
    stream: String(row["stream"]),
    timestamp: Number(row["ts"]),
    ingestionTime: Number(row["ingested"]),
    message: String(row["message"]),
  };
}
