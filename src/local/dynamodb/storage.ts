import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Item, TableDefinition, TableSettings } from "./types.ts";

/** A table as it is kept. */
export interface StoredTable {
  id: number;
  definition: TableDefinition;
  settings: TableSettings;
}

/** Where one item stands in one index. */
export interface IndexEntry {
  index: string;
  key: string;
}

/** Told the items that one transaction stored. */
export type Watcher = (items: readonly Item[]) => void;

/** Keys from `from` (inclusive) up to `to` (exclusive), in byte order or its reverse. */
export interface KeyRange {
  from: string;
  to: string;
  reverse: boolean;
}

/*
 * Items are JSON under an ordered key: the partition's hash and value, then the sort key in a form whose bytes sort as
 * DynamoDB sorts. An index holds such keys of its own and points to the item, so that an update that leaves the index's
 * attributes alone touches one row.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tables (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, settings TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS items (table_id INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER, PRIMARY KEY (table_id, key));
  CREATE INDEX IF NOT EXISTS items_expiring ON items (expires) WHERE expires IS NOT NULL;
  CREATE TABLE IF NOT EXISTS entries (table_id INTEGER NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, item_key TEXT NOT NULL,
    PRIMARY KEY (table_id, name, key)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_of_item ON entries (table_id, item_key);
  CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, digest TEXT NOT NULL, at INTEGER NOT NULL);
`;

/** Items older than this are left alone by TTL: DynamoDB takes such a time for a mistake. In seconds. */
const OLDEST_EXPIRY = 5 * 365 * 24 * 3600;

/** Tables, items and index entries in SQLite. Synchronous: whatever runs within one `transaction` is atomic. */
export class Storage {
  private readonly database: DatabaseSync;
  private readonly tables = new Map<string, StoredTable>();
  private readonly statements = new Map<string, StatementSync>();
  private readonly watchers = new Map<string, Watcher[]>();
  /** What the transaction under way stored in watched tables. */
  private stored: { table: string; item: Item }[] = [];
  private inTransaction = false;

  constructor(database: DatabaseSync) {
    this.database = database;
    database.exec(SCHEMA);
    for (const row of database.prepare("SELECT id, definition, settings FROM tables").iterate()) {
      const definition = readBack(row["definition"], isDefinition);
      this.tables.set(definition.TableName, {
        id: Number(row["id"]),
        definition,
        settings: readBack(row["settings"], isSettings),
      });
    }
  }

  close(): void {
    this.database.close();
  }

  /** Runs `work` so that all it writes is kept or, when it throws, none of it. Within another transaction it joins that one. */
  transaction<T>(work: () => T): T {
    if (this.inTransaction) return work();
    this.statement("BEGIN IMMEDIATE").run();
    this.inTransaction = true;
    try {
      const result = work();
      this.statement("COMMIT").run();
      this.tellStored();
      return result;
    } catch (error) {
      this.stored = [];
      // A full disk may have ended the transaction already.
      if (this.database.isTransaction) this.statement("ROLLBACK").run();
      throw error;
    } finally {
      this.inTransaction = false;
    }
  }

  /**
   * Tells what each transaction stored in a table, once it is committed and in the order of commits, as the table's stream
   * would.
   */
  watch(table: string, watcher: Watcher): void {
    this.watchers.set(table, [...(this.watchers.get(table) ?? []), watcher]);
  }

  private tellStored(): void {
    if (this.stored.length === 0) return;
    const all = this.stored;
    this.stored = [];
    for (const table of new Set(all.map((one) => one.table))) {
      const items = all.filter((one) => one.table === table).map(({ item }) => item);
      for (const tell of this.watchers.get(table) ?? []) tell(items);
    }
  }

  table(name: string): StoredTable | undefined {
    return this.tables.get(name);
  }

  tableNames(): string[] {
    return [...this.tables.keys()].sort();
  }

  hasExpiry(): boolean {
    return [...this.tables.values()].some((table) => table.settings.ttlAttribute !== undefined);
  }

  createTable(definition: TableDefinition, settings: TableSettings): StoredTable {
    const { lastInsertRowid } = this.statement("INSERT INTO tables (name, definition, settings) VALUES (?, ?, ?)").run(
      definition.TableName,
      JSON.stringify(definition),
      JSON.stringify(settings),
    );
    const table = { id: Number(lastInsertRowid), definition, settings };
    this.tables.set(definition.TableName, table);
    return table;
  }

  deleteTable(table: StoredTable): void {
    this.transaction(() => {
      this.statement("DELETE FROM entries WHERE table_id = ?").run(table.id);
      this.statement("DELETE FROM items WHERE table_id = ?").run(table.id);
      this.statement("DELETE FROM tables WHERE id = ?").run(table.id);
    });
    this.tables.delete(table.definition.TableName);
  }

  /** Replaces what a table tells of itself; its keys and indexes stay as they are. */
  saveDefinition(table: StoredTable, definition: TableDefinition): void {
    this.statement("UPDATE tables SET definition = ? WHERE id = ?").run(JSON.stringify(definition), table.id);
    table.definition = definition;
  }

  /** Replaces a table's settings; a changed TTL attribute is applied to the items that are there. */
  saveSettings(table: StoredTable, settings: TableSettings): void {
    const changedExpiry = settings.ttlAttribute !== table.settings.ttlAttribute;
    this.transaction(() => {
      this.statement("UPDATE tables SET settings = ? WHERE id = ?").run(JSON.stringify(settings), table.id);
      if (!changedExpiry) return;
      const path = settings.ttlAttribute === undefined ? null : `$."${settings.ttlAttribute}".N`;
      this.statement("UPDATE items SET expires = CAST(json_extract(value, ?) AS INTEGER) WHERE table_id = ?").run(
        path,
        table.id,
      );
    });
    table.settings = settings;
  }

  /** Number of items and the bytes they take. */
  measure(table: StoredTable): { count: number; bytes: number } {
    const row = this.statement(
      "SELECT count(*) AS count, coalesce(sum(length(value)), 0) AS bytes FROM items WHERE table_id = ?",
    ).get(table.id);
    return { count: Number(row?.["count"]), bytes: Number(row?.["bytes"]) };
  }

  get(table: StoredTable, key: string): Item | undefined {
    const row = this.statement("SELECT value FROM items WHERE table_id = ? AND key = ?").get(table.id, key);
    return row && readBack(row["value"], isItem);
  }

  put(table: StoredTable, key: string, item: Item): void {
    const { TableName } = table.definition;
    if (this.watchers.has(TableName)) this.stored.push({ table: TableName, item });
    this.statement(
      "INSERT INTO items (table_id, key, value, expires) VALUES (?, ?, ?, ?) ON CONFLICT (table_id, key) DO UPDATE SET value = excluded.value, expires = excluded.expires",
    ).run(table.id, key, JSON.stringify(item), expiryOf(table, item));
  }

  /** Removes an item and its index entries. */
  delete(table: StoredTable, key: string): void {
    this.statement("DELETE FROM items WHERE table_id = ? AND key = ?").run(table.id, key);
    this.statement("DELETE FROM entries WHERE table_id = ? AND item_key = ?").run(table.id, key);
  }

  addEntry(table: StoredTable, entry: IndexEntry, itemKey: string): void {
    this.statement("INSERT OR REPLACE INTO entries (table_id, name, key, item_key) VALUES (?, ?, ?, ?)").run(
      table.id,
      entry.index,
      entry.key,
      itemKey,
    );
  }

  removeEntry(table: StoredTable, entry: IndexEntry): void {
    this.statement("DELETE FROM entries WHERE table_id = ? AND name = ? AND key = ?").run(
      table.id,
      entry.index,
      entry.key,
    );
  }

  /** Items in key order, of the table itself or of one of its indexes. Nothing is read beyond what is taken. */
  *range(table: StoredTable, index: string | undefined, range: KeyRange): Generator<Item, void> {
    const order = range.reverse ? "DESC" : "ASC";
    const rows =
      index === undefined
        ? this.statement(
            `SELECT value FROM items WHERE table_id = ? AND key >= ? AND key < ? ORDER BY key ${order}`,
          ).iterate(table.id, range.from, range.to)
        : this.statement(
            // CROSS JOIN keeps SQLite from walking the items and looking each up in the index.
            `SELECT i.value AS value FROM entries e CROSS JOIN items i ON i.table_id = e.table_id AND i.key = e.item_key
             WHERE e.table_id = ? AND e.name = ? AND e.key >= ? AND e.key < ? ORDER BY e.key ${order}`,
          ).iterate(table.id, index, range.from, range.to);
    for (const row of rows) yield readBack(row["value"], isItem);
  }

  /** Deletes what has expired. @returns how many items went. */
  sweep(nowMs: number): number {
    const now = Math.floor(nowMs / 1000);
    return this.transaction(() => {
      const expired = this.statement("SELECT table_id, key FROM items WHERE expires <= ? AND expires > ?").all(
        now,
        now - OLDEST_EXPIRY,
      );
      for (const row of expired) {
        this.statement("DELETE FROM items WHERE table_id = ? AND key = ?").run(
          Number(row["table_id"]),
          String(row["key"]),
        );
        this.statement("DELETE FROM entries WHERE table_id = ? AND item_key = ?").run(
          Number(row["table_id"]),
          String(row["key"]),
        );
      }
      return expired.length;
    });
  }

  /** @returns the digest of the request that used this idempotency token less than `maxAgeMs` ago. */
  tokenDigest(token: string, nowMs: number, maxAgeMs: number): string | undefined {
    this.statement("DELETE FROM tokens WHERE at < ?").run(nowMs - maxAgeMs);
    const row = this.statement("SELECT digest FROM tokens WHERE token = ?").get(token);
    return row && String(row["digest"]);
  }

  saveToken(token: string, digest: string, nowMs: number): void {
    this.statement("INSERT INTO tokens (token, digest, at) VALUES (?, ?, ?)").run(token, digest, nowMs);
  }

  private statement(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.database.prepare(sql)));
    return statement;
  }
}

/*
 * What comes back from the database was checked before it went in, and this file alone writes it: that it is an object
 * at all is enough, where checking each item again would cost more than reading it.
 */
const isItem = (value: unknown): value is Item => typeof value === "object" && value !== null;
const isDefinition = (value: unknown): value is TableDefinition => isItem(value) && "TableName" in value;
const isSettings = (value: unknown): value is TableSettings => isItem(value);

function readBack<T>(text: unknown, is: (value: unknown) => value is T): T {
  const value: unknown = JSON.parse(String(text));
  if (is(value)) return value;
  throw new Error("The local DynamoDB's database holds something that is none of its own.");
}

/** Epoch seconds; null when the item never expires. Only numbers count. */
function expiryOf(table: StoredTable, item: Item): number | null {
  const attribute = table.settings.ttlAttribute;
  const seconds = attribute === undefined ? undefined : item[attribute]?.N;
  return seconds === undefined ? null : Math.floor(Number(seconds));
}
