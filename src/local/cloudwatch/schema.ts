import type { DatabaseSync } from "node:sqlite";

/** Tables of metrics, their samples by second or minute, alarms and alarms' history. Times are epoch seconds in `datum`, else milliseconds. */
export function createSchema(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS metric (
      id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT NOT NULL,
      last_seen INTEGER NOT NULL, fine INTEGER NOT NULL DEFAULT 0, UNIQUE (namespace, name, dimensions)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS datum (
      metric INTEGER NOT NULL, at INTEGER NOT NULL, unit TEXT NOT NULL, count REAL NOT NULL, sum REAL NOT NULL,
      min REAL NOT NULL, max REAL NOT NULL, opaque REAL NOT NULL, sample_values BLOB, PRIMARY KEY (metric, at, unit)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS alarm (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS alarm_history (
      id INTEGER PRIMARY KEY, alarm TEXT NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, summary TEXT NOT NULL,
      data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS alarm_history_time ON alarm_history (at, id);
  `);
}
