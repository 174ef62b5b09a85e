import { ALL_TOPIC, connectionTopicKey, subscriptionKey, taskTopic, userTopic } from "../../contract/table.ts";
import type { Dynamo } from "../aws/dynamo.ts";

export interface Follower {
  connectionId: string;
  /** Follows this very task and so gets its tokens; followers of many tasks get their events alone. */
  tokens: boolean;
}

export type Followers = ReturnType<typeof createFollowers>;

/** Who follows which tasks, as the socket function wrote it down. Reads are strongly consistent. */
export function createFollowers(dynamo: Dynamo, connectionsTable: string) {
  async function connections(topic: string): Promise<string[]> {
    const found: string[] = [];
    const { pk } = subscriptionKey(topic, "");
    for await (const item of dynamo.query({ table: connectionsTable, pk, only: ["sk"] }))
      found.push(String(item["sk"]));
    return found;
  }

  return {
    /** Everyone who follows a task, each connection once. */
    async find(taskId: string, userId: string): Promise<Follower[]> {
      const [ofTask, ofUser, ofAll] = await Promise.all([
        connections(taskTopic(taskId)),
        connections(userTopic(userId)),
        connections(ALL_TOPIC),
      ]);
      const direct = new Set(ofTask);
      return [...new Set([...ofTask, ...ofUser, ...ofAll])].map((connectionId) => ({
        connectionId,
        tokens: direct.has(connectionId),
      }));
    },

    /** Removes a connection that is gone, with all it followed. */
    async forget(connectionId: string): Promise<void> {
      const { pk } = connectionTopicKey(connectionId, "");
      const keys: { pk: string; sk: string }[] = [];
      for await (const item of dynamo.query({ table: connectionsTable, pk, only: ["sk"] })) {
        const sk = String(item["sk"]);
        keys.push({ pk, sk });
        if (sk.startsWith("topic#")) keys.push(subscriptionKey(sk.slice("topic#".length), connectionId));
      }
      await dynamo.removeAll(connectionsTable, keys);
    },
  };
}
