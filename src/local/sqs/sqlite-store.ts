import type { DatabaseSync, StatementSync } from "node:sqlite";
import { AwsError } from "../context.ts";
import type { DedupEntry } from "./deduplication.ts";
import { DEDUPLICATION_MS } from "./limits.ts";
import type { Message } from "./message.ts";
import type { MoveTaskState } from "./move-task.ts";
import type { Queue } from "./queue.ts";
import type { Store } from "./store.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS queues (uid INTEGER PRIMARY KEY, name TEXT NOT NULL, attributes TEXT NOT NULL,
    tags TEXT NOT NULL, created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS messages (seq INTEGER PRIMARY KEY, queue INTEGER NOT NULL, message_id TEXT NOT NULL,
    body TEXT NOT NULL, content TEXT NOT NULL, sent_at INTEGER NOT NULL, enqueued_at INTEGER NOT NULL, dead_letter_source TEXT,
    prior_receives INTEGER NOT NULL, state TEXT NOT NULL, visible_at REAL NOT NULL, unscaled_visible_at REAL NOT NULL,
    receive_count INTEGER NOT NULL, serial INTEGER NOT NULL, first_received_at INTEGER, received_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS deduplication (queue INTEGER NOT NULL, key TEXT NOT NULL, message_id TEXT NOT NULL,
    sequence_number TEXT, expires INTEGER NOT NULL, PRIMARY KEY (queue, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS move_tasks (id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, state TEXT NOT NULL);
`;

/** So many deduplication ids come in before the expired ones are swept out. */
const DEDUP_SWEEP = 1000;

/** Writes all that one turn of the event loop changed in one transaction, before any of it is answered. */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #onFailure: (error: unknown) => void;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #dedup: StatementSync;
  #dedupWrites = 0;
  /** Changes to whole queues, which come before those of single messages. */
  #first: (() => void)[] = [];
  #dirty = new Set<Message>();
  #pending: PromiseWithResolvers<void> | undefined;
  #closed = false;

  /** @param onFailure told once for each failed write. */
  constructor(db: DatabaseSync, onFailure: (error: unknown) => void) {
    this.#db = db;
    this.#onFailure = onFailure;
    db.exec(SCHEMA);
    this.#insert = db.prepare("INSERT OR REPLACE INTO messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    this.#update = db.prepare(
      "UPDATE messages SET state=?, visible_at=?, unscaled_visible_at=?, receive_count=?, serial=?, first_received_at=?, received_at=? WHERE seq=?",
    );
    this.#delete = db.prepare("DELETE FROM messages WHERE seq=?");
    this.#dedup = db.prepare("INSERT OR REPLACE INTO deduplication VALUES (?,?,?,?,?)");
  }

  touch(message: Message): void {
    this.#dirty.add(message);
    this.#schedule();
  }

  saveQueue(queue: Queue): void {
    this.#now(() =>
      this.#db
        .prepare("INSERT OR REPLACE INTO queues VALUES (?,?,?,?,?,?)")
        .run(
          queue.uid,
          queue.name,
          JSON.stringify(queue.attributes),
          JSON.stringify(queue.tags),
          queue.createdAt,
          queue.modifiedAt,
        ),
    );
  }

  dropQueue(uid: number): void {
    this.clearQueue(uid);
    this.#now(() => this.#db.prepare("DELETE FROM queues WHERE uid=?").run(uid));
  }

  clearQueue(uid: number): void {
    this.#now(() => this.#db.prepare("DELETE FROM messages WHERE queue=?").run(uid));
    this.#now(() => this.#db.prepare("DELETE FROM deduplication WHERE queue=?").run(uid));
  }

  saveDedup(queueUid: number, key: string, entry: DedupEntry): void {
    const { messageId, sequenceNumber = null, expires } = entry;
    this.#now(() => this.#dedup.run(queueUid, key, messageId, sequenceNumber, expires));
    this.#dedupWrites += 1;
    if (this.#dedupWrites % DEDUP_SWEEP !== 0) return;
    const expired = expires - DEDUPLICATION_MS;
    this.#now(() => this.#db.prepare("DELETE FROM deduplication WHERE expires <= ?").run(expired));
  }

  saveTask(task: MoveTaskState): void {
    const json = JSON.stringify(task);
    this.#now(() =>
      this.#db.prepare("INSERT OR REPLACE INTO move_tasks VALUES (?,?,?)").run(task.id, task.startedAt, json),
    );
  }

  committed(): Promise<void> | undefined {
    // What a failed write left behind is part of what the caller may rely on.
    if (this.#dirty.size > 0 || this.#first.length > 0) this.#schedule();
    return this.#pending?.promise;
  }

  close(): void {
    if (this.#closed) return;
    // Also what an earlier write failed on.
    this.#schedule();
    this.#flush();
    this.#closed = true;
    this.#db.close();
  }

  #now(write: () => void): void {
    this.#first.push(write);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#pending || this.#closed) return;
    this.#pending = Promise.withResolvers();
    // The one who waits for it is told; where nobody does, the change is written with the next.
    this.#pending.promise.catch(() => {});
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    const pending = this.#pending;
    if (!pending || this.#closed) return;
    this.#pending = undefined;
    const inserted: Message[] = [];
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      for (const write of this.#first) write();
      for (const message of this.#dirty) if (this.#write(message)) inserted.push(message);
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#fail(pending, error);
      return;
    }
    for (const message of inserted) message.stored = true;
    this.#first = [];
    this.#dirty.clear();
    pending.resolve();
  }

  /** @returns whether it made a row. */
  #write(message: Message): boolean {
    const { seq, state } = message;
    if (state === "gone") {
      if (message.stored) this.#delete.run(seq);
      return false;
    }
    const { visibleAt, unscaledVisibleAt, receiveCount, serial, receivedAt } = message;
    const first = message.firstReceivedAt ?? null;
    if (message.stored) {
      this.#update.run(state, visibleAt, unscaledVisibleAt, receiveCount, serial, first, receivedAt, seq);
      return false;
    }
    const { body, ...rest } = message.content;
    this.#insert.run(
      seq,
      message.queue.uid,
      message.messageId,
      body,
      JSON.stringify(rest),
      message.sentAt,
      message.enqueuedAt,
      message.deadLetterSource ?? null,
      message.priorReceives,
      state,
      visibleAt,
      unscaledVisibleAt,
      receiveCount,
      serial,
      first,
      receivedAt,
    );
    return true;
  }

  /** Keeps what could not be written for the next try; the stack goes on from memory. */
  #fail(pending: PromiseWithResolvers<void>, error: unknown): void {
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The queues' state could not be written (${reason}). Free disk space and send again.`;
    this.#onFailure(error);
    pending.reject(new AwsError("ServiceUnavailable", message, { status: 503 }));
  }
}
