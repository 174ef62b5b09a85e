/*
 * Layout of the two DynamoDB tables. Both: partition key `pk` (S), sort key `sk` (S), TTL attribute `ttl` (epoch seconds).
 *
 * Tasks table
 *   pk task#<id>  sk record          TaskRecord + lease, outbox; also gpk/gsk for the index
 *   pk task#<id>  sk event#00000001  TaskEvent
 *   pk task#<id>  sk text            { generation, attempt, text } the streamed text so far
 *   pk days       sk 2026-11-24      a day on which tasks were accepted: lists walk these, not the calendar
 *   index `by-time` (gpk S, gsk S, projection ALL): gpk day#2026-11-24#<shard 0..3>, gsk <acceptedAt>#<id>
 *
 * Connections table
 *   pk conn#<connectionId>  sk meta           { connectionId, userId?, kind: "service" | "user", taskId? (ticket), connectedAt }
 *   pk conn#<connectionId>  sk topic#<topic>  reverse of a subscription, so that disconnect finds them
 *   pk topic#<topic>        sk <connectionId> a subscription; topic: task#<id>, user#<userId> or all
 *   pk ticket#<nonce>       sk ticket         a ticket that was used (conditional put: used once)
 */

export const TIME_INDEX = "by-time";
export const TIME_SHARDS = 4;

export const taskKey = (taskId: string) => ({ pk: `task#${taskId}`, sk: "record" });
export const eventKey = (taskId: string, seq: number) => ({
  pk: `task#${taskId}`,
  sk: `event#${String(seq).padStart(8, "0")}`,
});
export const textKey = (taskId: string) => ({ pk: `task#${taskId}`, sk: "text" });

/** Spreads the tasks of a day over a few partitions: no hot key. */
export function timeIndexKey(taskId: string, acceptedAt: string) {
  let hash = 0;
  for (const char of taskId) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return { gpk: dayPartition(acceptedAt.slice(0, 10), hash % TIME_SHARDS), gsk: `${acceptedAt}#${taskId}` };
}

export const dayPartition = (day: string, shard: number) => `day#${day}#${shard}`;

/** Partition of the days that have tasks; the sort key is the day. */
export const DAYS_PARTITION = "days";

const SECONDS_A_DAY = 86_400;
/** Each write to a task lets it live anew, so its day outlives it by far; an item a day costs nothing. */
const DAY_LIVES = 366 * SECONDS_A_DAY;

/** @param acceptedAt ISO 8601. @returns the item to be put, whether it is there or not, before the first task of its day. */
export function dayItem(acceptedAt: string) {
  const ttl = Math.floor(Date.parse(acceptedAt) / 1000) + DAY_LIVES;
  return { pk: DAYS_PARTITION, sk: acceptedAt.slice(0, 10), ttl };
}

/** Sort keys below this one are days up to the one given. */
export const upToDay = (day: string) => `${day}~`;

export const connectionKey = (connectionId: string) => ({ pk: `conn#${connectionId}`, sk: "meta" });
export const connectionTopicKey = (connectionId: string, topic: string) => ({
  pk: `conn#${connectionId}`,
  sk: `topic#${topic}`,
});
export const subscriptionKey = (topic: string, connectionId: string) => ({ pk: `topic#${topic}`, sk: connectionId });
export const ticketKey = (nonce: string) => ({ pk: `ticket#${nonce}`, sk: "ticket" });

export const taskTopic = (taskId: string) => `task#${taskId}`;
export const userTopic = (userId: string) => `user#${userId}`;
export const ALL_TOPIC = "all";
