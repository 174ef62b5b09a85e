/*
 * Layout of the two DynamoDB tables. Both: partition key `pk` (S), sort key `sk` (S), TTL attribute `ttl` (epoch seconds).
 *
 * Tasks table
 *   pk task#<id>  sk record          TaskRecord + lease, outbox; also gpk/gsk for the index
 *   pk task#<id>  sk event#00000001  TaskEvent
 *   pk task#<id>  sk text            { generation, attempt, text } the streamed text so far
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
