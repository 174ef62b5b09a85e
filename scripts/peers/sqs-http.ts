import { Agent, request } from "node:http";

/*
 * SQS's JSON protocol without the SDK: on a machine of few cores the SDK's own work would hide what the server can do.
 */

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
/** Read by servers for the service and region alone. */
const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";

/** @returns the parsed answer. @throws Error on any status but 200. */
export function callSqs(endpoint: string, action: string, input: object): Promise<unknown> {
  const body = JSON.stringify(input);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      endpoint,
      {
        method: "POST",
        agent,
        timeout: 30_000,
        headers: {
          "content-type": "application/x-amz-json-1.0",
          "content-length": Buffer.byteLength(body),
          "x-amz-target": `AmazonSQS.${action}`,
          authorization: AUTHORIZATION,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (incoming.statusCode === 200) resolve(text === "" ? {} : JSON.parse(text));
          else reject(new Error(`${action} answered ${incoming.statusCode}: ${text.slice(0, 300)}`));
        });
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`${action} did not answer within 30 s.`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Connections of servers that are gone. */
export function closeConnections(): void {
  agent.destroy();
}
