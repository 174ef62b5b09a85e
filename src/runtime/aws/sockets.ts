import { reachableAddress } from "../../contract/gateway-address.ts";
import { awsErrorName, clientOptions } from "./options.ts";

export type Sockets = ReturnType<typeof createSockets>;

/** `@connections` of the stage's WebSocket API, loaded at first use: without followers nothing is posted. */
export function createSockets(managementUrl: string) {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const api = await import("@aws-sdk/client-apigatewaymanagementapi");
    const options = {
      ...clientOptions({ request: 5_000, attempts: 2 }),
      endpoint: reachableAddress(managementUrl, process.env["AWS_ENDPOINT_URL"]),
    };
    return { api, client: new api.ApiGatewayManagementApiClient(options) };
  };
  const ready = () => (loading ??= load());

  return {
    /** @returns "gone" when the client is not connected any more. `signal` ends a call that nobody waits for. */
    async post(connectionId: string, message: string, signal?: AbortSignal): Promise<"sent" | "gone"> {
      const { api, client } = await ready();
      try {
        const command = new api.PostToConnectionCommand({ ConnectionId: connectionId, Data: Buffer.from(message) });
        await client.send(command, signal ? { abortSignal: signal } : {});
        return "sent";
      } catch (error) {
        if (awsErrorName(error) === "GoneException") return "gone";
        throw error;
      }
    },
    async disconnect(connectionId: string): Promise<void> {
      const { api, client } = await ready();
      try {
        await client.send(new api.DeleteConnectionCommand({ ConnectionId: connectionId }));
      } catch (error) {
        if (awsErrorName(error) !== "GoneException") throw error;
      }
    },
    async close(): Promise<void> {
      if (loading) (await loading).client.destroy();
    },
  };
}
