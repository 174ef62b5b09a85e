import type { TaskEvent } from "../../contract/event.ts";
import type { Logger } from "../log/logger.ts";
import { isSettled, type StoredRecord, type TaskStore, withResult } from "../store/index.ts";
import { sendWebhook, type WebhookParts } from "../webhook/send.ts";
import type { Teller } from "./teller.ts";

/** Followers are told for so long; whoever is slower reads the past. */
const FOLLOWERS_TIMEOUT_MS = 5_000;
/** The last events of a task: how it ended, and what led there. */
const LAST_EVENTS = 2;

export interface EndParts extends WebhookParts {
  teller: Teller;
  log: Logger;
  /** No later delivery of the message goes on with what is untold: that is left to the reconciler. */
  lastChance: boolean;
}

/**
 * The outbox of a task that has ended: followers, then the webhook, then the mark on the record that gives the lease
 * back. Whoever is called again resumes what is unmarked.
 * @param news events already handed to the teller's caller; without them they are read from the store.
 * @returns whether the message is not needed for it any more; false when time ran out and its next delivery must go on.
 */
export async function tellEnd(record: StoredRecord, parts: EndParts, news?: readonly TaskEvent[]): Promise<boolean> {
  if (isSettled(record)) return true;
  const { store, teller, log } = parts;
  const { taskId } = record.task;
  if (record.toldSeq < record.seq) {
    teller.tell(news?.map((event) => withResult(event, record)) ?? (await lastEvents(store, record)));
    await teller.flush(Math.min(FOLLOWERS_TIMEOUT_MS, parts.remaining() / 2));
  }
  const webhook = await sendWebhook(record, parts);
  if (webhook?.status === "failed") log.warn("The webhook failed.", { webhook });
  // Whoever goes on must not find the task held, so the lease ends in any case.
  await store.settle(taskId, { seq: record.seq, release: true, ...(webhook ? { webhook } : {}) });
  return webhook?.status !== "pending" || parts.lastChance;
}

function lastEvents(store: TaskStore, record: StoredRecord): Promise<TaskEvent[]> {
  return store.events(record.task.taskId, Math.max(record.toldSeq, record.seq - LAST_EVENTS));
}
