import type { DatabaseSync } from "node:sqlite";
import type { SqsEngine } from "./engine.ts";
import { type Input, integer, isObject, object, requiredText, text, textMap } from "./input.ts";
import { md5, md5OfAttributes } from "./md5.ts";
import { type Content, Message } from "./message.ts";
import { parseMessageAttributes } from "./message-attributes.ts";
import type { MoveTaskState, MoveTaskStatus } from "./move-task.ts";
import type { Queue } from "./queue.ts";

/** Brings an engine to where the database says it was. What became visible in the meantime is visible. */
export function restore(db: DatabaseSync, engine: SqsEngine): void {
  const now = engine.now();
  const queues = new Map<number, Queue>();
  for (const row of db.prepare("SELECT * FROM queues ORDER BY uid").iterate()) {
    const queue = engine.restoreQueue({
      uid: int(row, "uid"),
      name: requiredText(row, "name"),
      arn: engine.arnOf(requiredText(row, "name")),
      attributes: textMap(parsed(row, "attributes"), "value") ?? {},
      tags: textMap(parsed(row, "tags"), "value") ?? {},
      createdAt: int(row, "created_at"),
      modifiedAt: int(row, "modified_at"),
    });
    queues.set(queue.uid, queue);
  }
  for (const row of db.prepare("SELECT * FROM messages ORDER BY seq").iterate()) {
    const queue = queues.get(int(row, "queue"));
    if (queue) restoreMessage(row, queue, engine);
  }
  db.prepare("DELETE FROM deduplication WHERE expires <= ?").run(now);
  for (const row of db.prepare("SELECT * FROM deduplication ORDER BY expires").iterate()) {
    queues.get(int(row, "queue"))?.dedup.restore(requiredText(row, "key"), {
      messageId: requiredText(row, "message_id"),
      sequenceNumber: text(row, "sequence_number"),
      expires: int(row, "expires"),
    });
  }
  const tasks = db.prepare("SELECT state FROM move_tasks ORDER BY started_at, rowid").all();
  engine.tasks.restore(
    tasks.map((row) => taskState(object(parsed(row, "state"), "value") ?? {})),
    now,
  );
}

function restoreMessage(row: Input, queue: Queue, engine: SqsEngine): void {
  const firstReceivedAt = integer(row, "first_received_at");
  const deadLetterSource = text(row, "dead_letter_source");
  const message = new Message(queue, {
    seq: int(row, "seq"),
    messageId: requiredText(row, "message_id"),
    content: content(requiredText(row, "body"), object(parsed(row, "content"), "value") ?? {}),
    sentAt: int(row, "sent_at"),
    enqueuedAt: int(row, "enqueued_at"),
    receiveCount: int(row, "receive_count"),
    priorReceives: int(row, "prior_receives"),
    ...(deadLetterSource === undefined ? {} : { deadLetterSource }),
    ...(firstReceivedAt === undefined ? {} : { firstReceivedAt }),
  });
  message.serial = int(row, "serial");
  message.receivedAt = int(row, "received_at");
  message.unscaledVisibleAt = real(row, "unscaled_visible_at");
  message.stored = true;
  const state = text(row, "state");
  // A message may be visible before its timeout: one that was delivered twice for a fault was shown again at once.
  const visibleAt = state === "visible" ? 0 : real(row, "visible_at");
  engine.restoreMessage(message, visibleAt, state === "inFlight" ? "inFlight" : "delayed");
}

function content(body: string, rest: Input): Content {
  const attributes = parseMessageAttributes(object(rest, "attributes"));
  const traceHeader = text(rest, "traceHeader");
  const groupId = text(rest, "groupId");
  const dedupId = text(rest, "dedupId");
  return {
    body,
    bodyMd5: md5(body),
    senderId: requiredText(rest, "senderId"),
    ...(attributes ? { attributes, attributesMd5: md5OfAttributes(attributes) } : {}),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(dedupId === undefined ? {} : { dedupId }),
  };
}

const STATUSES: readonly MoveTaskStatus[] = ["RUNNING", "COMPLETED", "CANCELLED", "FAILED"];

function taskState(state: Input): MoveTaskState {
  return {
    id: requiredText(state, "id"),
    sourceArn: requiredText(state, "sourceArn"),
    destinationArn: text(state, "destinationArn"),
    rate: integer(state, "rate"),
    status: STATUSES.find((status) => status === state["status"]) ?? "FAILED",
    moved: int(state, "moved"),
    toMove: int(state, "toMove"),
    failureReason: text(state, "failureReason"),
    startedAt: int(state, "startedAt"),
  };
}

/** A JSON column, wrapped so that the readers of members apply. */
function parsed(row: Input, column: string): Input {
  const value: unknown = JSON.parse(requiredText(row, column));
  return { value: isObject(value) ? value : undefined };
}

function int(row: Input, column: string): number {
  return integer(row, column) ?? 0;
}

function real(row: Input, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : 0;
}
