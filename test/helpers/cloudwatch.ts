import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { AwsJson1_0Protocol, AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { type Clock, systemClock } from "../../src/contract/clock.ts";
import type { StackEvent } from "../../src/local/context.ts";
import type { LocalStack } from "../../src/local/stack.ts";
import { startEmbeddedStack } from "./stack.ts";

/** The protocols CloudWatch is spoken in; the SDK's own is JSON. */
export const PROTOCOLS = ["json", "cbor", "query"] as const;
export type ProtocolName = (typeof PROTOCOLS)[number];

const CODECS = { json: AwsJson1_0Protocol, cbor: AwsSmithyRpcV2CborProtocol, query: AwsQueryProtocol } as const;

export interface CloudWatchStack {
  client: CloudWatchClient;
  stack: LocalStack;
  events: StackEvent[];
  close(): Promise<void>;
}

/** A whole stack without a project on a free port, with a real client; in memory unless it is given a folder. */
export async function startCloudWatch(
  options: { clock?: Clock; dir?: string; protocol?: ProtocolName } = {},
): Promise<CloudWatchStack> {
  const events: StackEvent[] = [];
  const stack = await startEmbeddedStack({
    clock: options.clock ?? systemClock,
    onEvent: (event) => events.push(event),
    ...(options.dir === undefined ? {} : { stateDir: options.dir }),
  });
  const client = new CloudWatchClient({
    endpoint: stack.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    maxAttempts: 1,
    // Its CBOR protocol says the length before the compression, which changes it.
    disableRequestCompression: options.protocol === "cbor",
    protocol: CODECS[options.protocol ?? "json"],
  });
  const close = async () => {
    client.destroy();
    await stack.close();
  };
  return { client, stack, events, close };
}
