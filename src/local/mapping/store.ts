import type { LocalContext } from "../context.ts";
import type { MappingSettings } from "./validate.ts";

/** A mapping created through the API, as it lies in the database. */
export interface StoredMapping {
  uuid: string;
  source: string;
  functionName: string;
  lastModified: number;
  settings: MappingSettings;
}

export interface MappingStore {
  load(): StoredMapping[];
  save(mapping: StoredMapping): void;
  remove(uuid: string): void;
  close(): void;
}

export function createMappingStore(ctx: LocalContext): MappingStore {
  const database = ctx.openDatabase("mappings");
  database.exec("CREATE TABLE IF NOT EXISTS mapping (uuid TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT");
  return {
    load: () =>
      database
        .prepare("SELECT json FROM mapping")
        .all()
        .flatMap(({ json }) => parse(json)),
    save: (mapping) =>
      void database.prepare("INSERT OR REPLACE INTO mapping VALUES (?, ?)").run(mapping.uuid, JSON.stringify(mapping)),
    remove: (uuid) => void database.prepare("DELETE FROM mapping WHERE uuid = ?").run(uuid),
    close: () => database.close(),
  };
}

function parse(json: unknown): StoredMapping[] {
  try {
    const value: unknown = JSON.parse(String(json));
    return isStored(value) ? [value] : [];
  } catch {
    return [];
  }
}

function isStored(value: unknown): value is StoredMapping {
  if (typeof value !== "object" || value === null || !("settings" in value)) return false;
  const { settings } = value;
  if (
    typeof settings !== "object" ||
    settings === null ||
    !("batchSize" in settings) ||
    typeof settings.batchSize !== "number"
  )
    return false;
  return (
    "uuid" in value &&
    typeof value.uuid === "string" &&
    "source" in value &&
    typeof value.source === "string" &&
    "functionName" in value
  );
}
