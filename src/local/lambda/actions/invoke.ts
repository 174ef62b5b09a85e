import { randomUUID } from "node:crypto";
import { AwsError } from "../../context.ts";
import { MAX_ASYNC_PAYLOAD } from "../definition.ts";
import { missingFunction, parseFunctionName } from "../function-name.ts";
import { invalidParameter } from "../input.ts";
import type { RestAction, RestRequest } from "../rest.ts";
import { notOffered } from "../unoffered.ts";
import type { ActionDeps } from "./deps.ts";

const UNOFFERED = [
  ["x-amz-tenant-id", "tenant isolation"],
  ["x-amz-durable-execution-name", "durable executions"],
] as const;

export const invoke =
  ({ ctx, host, asynchronous }: ActionDeps): RestAction =>
  async (request) => {
    const name = parseFunctionName(ctx, request.params["name"] ?? "", request.query.get("Qualifier"));
    if (!host.has(name)) throw missingFunction(ctx, name);
    for (const [member, what] of UNOFFERED)
      if (request.header(member) !== undefined)
        throw notOffered(`The local stack does not offer ${what} of functions.`);
    const payload = readPayload(request);
    const type = request.header("x-amz-invocation-type") ?? "RequestResponse";
    const version = { "x-amz-executed-version": "$LATEST" };
    if (type === "DryRun") return { status: 204 };
    if (type === "Event") {
      if (payload.length > MAX_ASYNC_PAYLOAD) {
        throw new AwsError(
          "RequestTooLargeException",
          `Request must be smaller than ${MAX_ASYNC_PAYLOAD} bytes for the InvokeFunction operation`,
          {
            status: 413,
            members: { Type: "User" },
          },
        );
      }
      asynchronous.enqueue(name, payload, randomUUID());
      return { status: 202 };
    }
    if (type !== "RequestResponse") throw invalidParameter(`The invocation type ${type} is not known.`);
    const clientContext = request.header("x-amz-client-context");
    const result = await host.invoke(
      name,
      payload,
      clientContext ? { clientContext: decodeContext(clientContext) } : {},
    );
    return {
      status: 200,
      body: result.payload,
      headers: {
        ...version,
        ...(result.functionError ? { "x-amz-function-error": result.functionError } : {}),
        ...(request.header("x-amz-log-type") === "Tail"
          ? { "x-amz-log-result": Buffer.from(result.logTail).toString("base64") }
          : {}),
      },
    };
  };

/** Any JSON will do as an event; none is an empty object. */
function readPayload(request: RestRequest): Buffer {
  if (request.body.length === 0) return Buffer.from("{}");
  try {
    JSON.parse(request.body.toString("utf8"));
    return request.body;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: Could not parse payload into json: ${reason}`,
      {
        members: { Type: "User" },
      },
    );
  }
}

/** In a header it must be one line of JSON. */
function decodeContext(text: string): string {
  try {
    return JSON.stringify(JSON.parse(Buffer.from(text, "base64").toString("utf8"))).replace(
      /[^\x20-\x7e]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  } catch {
    throw new AwsError("InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.", {
      members: { Type: "User" },
    });
  }
}
