import type { DatabaseSync } from "node:sqlite";
import { PARAMETER_TYPES, type ParameterType, type StoredParameter } from "./types.ts";

/** AWS keeps this many versions of a parameter. */
const KEPT_VERSIONS = 100;

/** Parameters and their versions in SQLite. */
export function createParameterStore(database: DatabaseSync) {
  database.exec(`
    CREATE TABLE IF NOT EXISTS parameter (
      name TEXT NOT NULL, version INTEGER NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, masked TEXT NOT NULL,
      tier TEXT NOT NULL, data_type TEXT NOT NULL, description TEXT, allowed_pattern TEXT, key_id TEXT,
      modified_at INTEGER NOT NULL, PRIMARY KEY (name, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS tag (
      name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, key)
    ) STRICT, WITHOUT ROWID;
  `);
  const latest = "version = (SELECT max(version) FROM parameter AS other WHERE other.name = parameter.name)";
  const insert = database.prepare("INSERT INTO parameter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const newest = database.prepare(`SELECT * FROM parameter WHERE name = ? ORDER BY version DESC LIMIT 1`);
  const exact = database.prepare("SELECT * FROM parameter WHERE name = ? AND version = ?");
  const versions = database.prepare("SELECT * FROM parameter WHERE name = ? ORDER BY version");
  const all = database.prepare(`SELECT * FROM parameter WHERE name > ? AND ${latest} ORDER BY name`);
  const trim = database.prepare("DELETE FROM parameter WHERE name = ? AND version <= ?");
  const remove = database.prepare("DELETE FROM parameter WHERE name = ?");
  const removeTags = database.prepare("DELETE FROM tag WHERE name = ?");
  const putTag = database.prepare(
    "INSERT INTO tag VALUES (?, ?, ?) ON CONFLICT (name, key) DO UPDATE SET value = excluded.value",
  );
  const removeTag = database.prepare("DELETE FROM tag WHERE name = ? AND key = ?");
  const listTags = database.prepare("SELECT key, value FROM tag WHERE name = ? ORDER BY key");

  return {
    put(p: StoredParameter): void {
      const optional = [p.description ?? null, p.allowedPattern ?? null, p.keyId ?? null];
      insert.run(p.name, p.version, p.type, p.value, p.masked, p.tier, p.dataType, ...optional, p.modifiedAt);
      trim.run(p.name, p.version - KEPT_VERSIONS);
    },
    /** The newest version unless another is named. */
    get(name: string, version?: number): StoredParameter | undefined {
      const row = version === undefined ? newest.get(name) : exact.get(name, version);
      return row && readRow(row);
    },
    history: (name: string): StoredParameter[] => versions.all(name).map(readRow),
    /** The newest version of every parameter after a name, by name. */
    list: (after = ""): StoredParameter[] => all.all(after).map(readRow),
    remove(name: string): boolean {
      removeTags.run(name);
      return remove.run(name).changes > 0;
    },
    tags: (name: string) => listTags.all(name).map((row) => ({ Key: String(row["key"]), Value: String(row["value"]) })),
    putTag: (name: string, key: string, value: string) => void putTag.run(name, key, value),
    removeTag: (name: string, key: string) => void removeTag.run(name, key),
    close: () => database.close(),
  };
}

export type ParameterStore = ReturnType<typeof createParameterStore>;

function readRow(row: Record<string, unknown>): StoredParameter {
  const text = (name: string) => (typeof row[name] === "string" ? row[name] : undefined);
  return {
    name: String(row["name"]),
    version: Number(row["version"]),
    type: readType(row["type"]),
    value: String(row["value"]),
    masked: String(row["masked"]),
    tier: row["tier"] === "Advanced" ? "Advanced" : "Standard",
    dataType: String(row["data_type"]),
    description: text("description"),
    allowedPattern: text("allowed_pattern"),
    keyId: text("key_id"),
    modifiedAt: Number(row["modified_at"]),
  };
}

function readType(value: unknown): ParameterType {
  return PARAMETER_TYPES.find((type) => type === value) ?? "String";
}
