import type { DatabaseSync, StatementSync } from "node:sqlite";
import { attributesSchema, checksumSchema, type ObjectRow, type Part, type Upload } from "./types.ts";

/*
 * What is in which bucket. Bodies lie elsewhere, by id: an id is in `garbage` while it is being written and again when
 * nothing refers to it any more, so that a killed process leaves no file behind for good.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS objects (bucket TEXT NOT NULL, key TEXT NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified INTEGER NOT NULL, attributes TEXT NOT NULL, PRIMARY KEY (bucket, key));
  CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, started INTEGER NOT NULL, attributes TEXT NOT NULL, checksum TEXT);
  CREATE TABLE IF NOT EXISTS parts (upload TEXT NOT NULL, number INTEGER NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified INTEGER NOT NULL, checksum TEXT, PRIMARY KEY (upload, number));
  CREATE TABLE IF NOT EXISTS garbage (blob TEXT PRIMARY KEY);
`;

type Row = ReturnType<StatementSync["get"]>;

/** Buckets, objects and uploads in SQLite. Synchronous. */
export class Catalog {
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
    database.exec(SCHEMA);
  }

  close(): void {
    this.database.close();
  }

  buckets(): { name: string; created: number }[] {
    return this.sql("SELECT name, created FROM buckets ORDER BY name")
      .all()
      .map((row) => ({ name: String(row["name"]), created: Number(row["created"]) }));
  }

  hasBucket(name: string): boolean {
    return this.sql("SELECT 1 FROM buckets WHERE name = ?").get(name) !== undefined;
  }

  addBucket(name: string, created: number): void {
    this.sql("INSERT OR IGNORE INTO buckets (name, created) VALUES (?, ?)").run(name, created);
  }

  /** @returns false when objects are left in it. Uploads that were never completed go with it. */
  removeBucket(name: string): boolean {
    return this.transaction(() => {
      if (this.sql("SELECT 1 FROM objects WHERE bucket = ? LIMIT 1").get(name)) return false;
      for (const upload of this.uploads(name)) this.removeUpload(upload.id);
      this.sql("DELETE FROM buckets WHERE name = ?").run(name);
      return true;
    });
  }

  object(bucket: string, key: string): ObjectRow | undefined {
    return toObject(this.sql("SELECT * FROM objects WHERE bucket = ? AND key = ?").get(bucket, key));
  }

  /** Puts an object in the place of any before it. */
  saveObject(object: ObjectRow): void {
    this.transaction(() => {
      this.discardObject(object.bucket, object.key);
      this.sql(
        "INSERT INTO objects (bucket, key, blob, size, etag, modified, attributes) VALUES (?, ?, ?, ?, ?, ?, ?)",
      ).run(
        object.bucket,
        object.key,
        object.blob,
        object.size,
        object.etag,
        object.modified,
        JSON.stringify(object.attributes),
      );
      this.keep(object.blob);
    });
  }

  removeObject(bucket: string, key: string): void {
    this.transaction(() => this.discardObject(bucket, key));
  }

  private discardObject(bucket: string, key: string): void {
    this.sql("INSERT OR IGNORE INTO garbage (blob) SELECT blob FROM objects WHERE bucket = ? AND key = ?").run(
      bucket,
      key,
    );
    this.sql("DELETE FROM objects WHERE bucket = ? AND key = ?").run(bucket, key);
  }

  /** Objects whose keys are in [from, to), in the order of their UTF-8 bytes. Nothing is read beyond what is taken. */
  *objectsFrom(bucket: string, from: string, to: string): Generator<ObjectRow, void> {
    for (const row of this.sql("SELECT * FROM objects WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key").iterate(
      bucket,
      from,
      to,
    )) {
      const object = toObject(row);
      if (object) yield object;
    }
  }

  addUpload(upload: Upload): void {
    this.sql("INSERT INTO uploads (id, bucket, key, started, attributes, checksum) VALUES (?, ?, ?, ?, ?, ?)").run(
      upload.id,
      upload.bucket,
      upload.key,
      upload.started,
      JSON.stringify(upload.attributes),
      upload.checksum ? JSON.stringify(upload.checksum) : null,
    );
  }

  upload(id: string): Upload | undefined {
    return toUpload(this.sql("SELECT * FROM uploads WHERE id = ?").get(id));
  }

  uploads(bucket: string): Upload[] {
    return this.sql("SELECT * FROM uploads WHERE bucket = ? ORDER BY key, started")
      .all(bucket)
      .flatMap((row) => toUpload(row) ?? []);
  }

  /** Forgets an upload and its parts. */
  removeUpload(id: string): void {
    this.transaction(() => {
      this.sql("INSERT OR IGNORE INTO garbage (blob) SELECT blob FROM parts WHERE upload = ?").run(id);
      this.sql("DELETE FROM parts WHERE upload = ?").run(id);
      this.sql("DELETE FROM uploads WHERE id = ?").run(id);
    });
  }

  savePart(upload: string, part: Part): void {
    this.transaction(() => {
      this.sql("INSERT OR IGNORE INTO garbage (blob) SELECT blob FROM parts WHERE upload = ? AND number = ?").run(
        upload,
        part.number,
      );
      this.sql(
        "INSERT OR REPLACE INTO parts (upload, number, blob, size, etag, modified, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)",
      ).run(
        upload,
        part.number,
        part.blob,
        part.size,
        part.etag,
        part.modified,
        part.checksum ? JSON.stringify(part.checksum) : null,
      );
      this.keep(part.blob);
    });
  }

  parts(upload: string): Part[] {
    return this.sql("SELECT * FROM parts WHERE upload = ? ORDER BY number")
      .all(upload)
      .map((row) => ({
        number: Number(row["number"]),
        blob: String(row["blob"]),
        size: Number(row["size"]),
        etag: String(row["etag"]),
        modified: Number(row["modified"]),
        ...(row["checksum"] === null ? {} : { checksum: checksumSchema.parse(JSON.parse(String(row["checksum"]))) }),
      }));
  }

  /** Marks a body that nothing refers to yet. */
  expect(blob: string): void {
    this.sql("INSERT INTO garbage (blob) VALUES (?)").run(blob);
  }

  private keep(blob: string): void {
    this.sql("DELETE FROM garbage WHERE blob = ?").run(blob);
  }

  garbage(): string[] {
    return this.sql("SELECT blob FROM garbage")
      .all()
      .map((row) => String(row["blob"]));
  }

  forget(blob: string): void {
    this.sql("DELETE FROM garbage WHERE blob = ?").run(blob);
  }

  transaction<T>(work: () => T): T {
    if (this.database.isTransaction) return work();
    this.sql("BEGIN IMMEDIATE").run();
    try {
      const result = work();
      this.sql("COMMIT").run();
      return result;
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (this.database.isTransaction) this.sql("ROLLBACK").run();
      throw error;
    }
  }

  private sql(text: string): StatementSync {
    let statement = this.statements.get(text);
    if (!statement) this.statements.set(text, (statement = this.database.prepare(text)));
    return statement;
  }
}

function toObject(row: Row): ObjectRow | undefined {
  if (!row) return undefined;
  const attributes = attributesSchema.parse(JSON.parse(String(row["attributes"])));
  return {
    bucket: String(row["bucket"]),
    key: String(row["key"]),
    blob: String(row["blob"]),
    size: Number(row["size"]),
    etag: String(row["etag"]),
    modified: Number(row["modified"]),
    attributes,
  };
}

function toUpload(row: Row): Upload | undefined {
  if (!row) return undefined;
  const attributes = attributesSchema.parse(JSON.parse(String(row["attributes"])));
  return {
    id: String(row["id"]),
    bucket: String(row["bucket"]),
    key: String(row["key"]),
    started: Number(row["started"]),
    attributes,
    ...(row["checksum"] === null
      ? {}
      : { checksum: checksumSchema.omit({ value: true }).parse(JSON.parse(String(row["checksum"]))) }),
  };
}
