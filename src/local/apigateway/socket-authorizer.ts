import type { FunctionHost } from "../interfaces.ts";
import { isObject } from "../wire/objects.ts";
import { readPolicy } from "./policy.ts";
import { authorizerEvent, type ConnectEvent } from "./socket-event.ts";

/** A Lambda REQUEST authorizer of `$connect`. API Gateway keeps none of its decisions. */
export interface SocketAuthorizer {
  functionName: string;
  /** `route.request.header.Authorization`, `route.request.querystring.ticket`; all must be there. Default none. */
  identitySource?: readonly string[];
}

export type ConnectDecision =
  | { allowed: true; authorizer: Record<string, string> }
  | { allowed: false; status: 401 | 403 | 500; message: string; reason?: string };

/** Asks the authorizer whether a client may connect. */
export async function authorizeConnect(
  host: FunctionHost,
  options: SocketAuthorizer,
  connect: ConnectEvent,
  arn: string,
): Promise<ConnectDecision> {
  const missing = (options.identitySource ?? []).some((source) => !readSource(source, connect));
  if (missing) return unauthorized();
  try {
    const result = await host.invoke(options.functionName, JSON.stringify(authorizerEvent(connect, arn)));
    const answer: unknown = JSON.parse(result.payload.toString("utf8") || "null");
    if (result.functionError) {
      // The one message by which an authorizer tells "who are you?" from "I am broken".
      if (isObject(answer) && answer["errorMessage"] === "Unauthorized") return unauthorized();
      return { allowed: false, status: 500, message: "Internal server error", reason: "the authorizer failed" };
    }
    const policy = readPolicy(answer, arn);
    if (policy.effect === "allow") return { allowed: true, authorizer: policy.authorizer };
    const explicit = policy.effect === "explicit-deny" ? " with an explicit deny" : "";
    return { allowed: false, status: 403, message: `User is not authorized to access this resource${explicit}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { allowed: false, status: 500, message: "Internal server error", reason };
  }
}

function unauthorized(): ConnectDecision {
  return { allowed: false, status: 401, message: "Unauthorized" };
}

function readSource(source: string, connect: ConnectEvent): string | undefined {
  const header = /^route\.request\.header\.(.+)$/i.exec(source)?.[1]?.toLowerCase();
  if (header) return Object.entries(connect.headers).find(([name]) => name.toLowerCase() === header)?.[1];
  const query = /^route\.request\.querystring\.(.+)$/i.exec(source)?.[1];
  return query ? connect.queryStringParameters?.[query] : undefined;
}
