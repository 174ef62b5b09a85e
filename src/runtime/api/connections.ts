import type { Clock } from "../../contract/clock.ts";
import type { Settings } from "../../contract/settings.ts";
import { connectionKey, connectionTopicKey, subscriptionKey, ticketKey } from "../../contract/table.ts";
import { ConflictError, type Dynamo, type Key } from "../aws/dynamo.ts";
import type { Caller } from "./caller.ts";

/** Past API Gateway's limit of 2 hours for a connection, so that what `$disconnect` missed goes away by itself. */
const CONNECTION_SECONDS = 2 * 3600 + 600;
const TOPIC = "topic#";
const isNew = { expression: "attribute_not_exists(pk)" };

export type Connections = ReturnType<typeof createConnections>;

/** Who is connected, and what each follows. */
export function createConnections(dynamo: Dynamo, settings: Pick<Settings, "connectionsTable">, clock: Clock) {
  const table = settings.connectionsTable;
  const seconds = () => Math.floor(clock.now() / 1000);

  async function topics(connectionId: string): Promise<string[]> {
    const { pk } = connectionKey(connectionId);
    const found: string[] = [];
    for await (const item of dynamo.query({ table, pk, prefix: TOPIC, only: ["sk"] }))
      found.push(String(item["sk"]).slice(TOPIC.length));
    return found;
  }
  const keysOf = (connectionId: string, topic: string): Key[] => [
    subscriptionKey(topic, connectionId),
    connectionTopicKey(connectionId, topic),
  ];

  return {
    /** Uses a ticket up. @returns false when that was done before. */
    async useTicket(ticket: { nonce: string; expires: number }): Promise<boolean> {
      try {
        // Kept a minute longer than the ticket is good: by then its own expiry refuses it.
        await dynamo.put(table, { ...ticketKey(ticket.nonce), ttl: ticket.expires + 60 }, isNew);
        return true;
      } catch (error) {
        if (error instanceof ConflictError) return false;
        throw error;
      }
    },

    async open(connectionId: string, caller: Caller): Promise<void> {
      const { kind, userId, taskId } = caller;
      const connectedAt = new Date(clock.now()).toISOString();
      await dynamo.put(table, {
        ...connectionKey(connectionId),
        connectionId,
        kind,
        userId,
        taskId,
        connectedAt,
        ttl: seconds() + CONNECTION_SECONDS,
      });
    },

    /** @returns who is connected; undefined when the connection is not known (any more). */
    async caller(connectionId: string): Promise<Caller | undefined> {
      const item = await dynamo.get(table, connectionKey(connectionId));
      if (!item) return undefined;
      const { kind, userId, taskId } = item;
      return {
        kind: kind === "service" ? "service" : "user",
        ...(typeof userId === "string" ? { userId } : {}),
        ...(typeof taskId === "string" ? { taskId } : {}),
      };
    },

    async subscribe(connectionId: string, topic: string): Promise<void> {
      const ttl = seconds() + CONNECTION_SECONDS;
      // The reverse first: a subscription that no disconnect would find is the worse half.
      await dynamo.put(table, { ...connectionTopicKey(connectionId, topic), ttl });
      await dynamo.put(table, { ...subscriptionKey(topic, connectionId), connectionId, ttl });
    },

    /** @param topic absent: all of them. */
    async unsubscribe(connectionId: string, topic?: string): Promise<void> {
      const ended = topic === undefined ? await topics(connectionId) : [topic];
      await dynamo.removeAll(
        table,
        ended.flatMap((name) => keysOf(connectionId, name)),
      );
    },

    /** Forgets a connection with all it follows. */
    async close(connectionId: string): Promise<void> {
      const keys = (await topics(connectionId)).flatMap((name) => keysOf(connectionId, name));
      await dynamo.removeAll(table, [...keys, connectionKey(connectionId)]);
    },
  };
}
