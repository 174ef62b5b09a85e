import type { LocalContext } from "../context.ts";
import type { FunctionHost } from "../interfaces.ts";
import type { HttpEvent } from "./http-event.ts";
import { isObject } from "../wire/objects.ts";

/** A Lambda authorizer, payload format 2.0, simple responses. */
export interface HttpAuthorizer {
  functionName: string;
  /** `$request.header.Authorization`, `$request.querystring.name`, `$context.routeKey`; all must be there. */
  identitySource: readonly string[];
  /** How long a decision is kept by identity; 0 or absent: not at all. Not scaled by the stack's speed. */
  cacheSeconds?: number;
}

export type Decision =
  | { outcome: "allowed"; context: Record<string, unknown> }
  /** An identity source is missing: the function is not asked. */
  | { outcome: "unauthorized" }
  | { outcome: "denied" }
  | { outcome: "failed"; reason: string };

/** Makes the function that decides over requests; it keeps decisions, allowed or denied, as long as asked. */
export function createHttpAuthorizer(
  ctx: LocalContext,
  host: FunctionHost,
  authorizer: HttpAuthorizer,
  arn: (event: HttpEvent) => string,
) {
  const kept = new Map<string, { until: number; decision: Decision }>();
  const ttl = (authorizer.cacheSeconds ?? 0) * 1000;
  return async (event: HttpEvent): Promise<Decision> => {
    const identity = authorizer.identitySource.map((source) => readSource(source, event));
    if (identity.some((value) => value === undefined || value === "")) return { outcome: "unauthorized" };
    const key = JSON.stringify(identity);
    const known = kept.get(key);
    if (known && known.until > ctx.clock.now()) return known.decision;
    kept.delete(key);
    const decision = await ask(host, authorizer.functionName, {
      ...event,
      type: "REQUEST",
      routeArn: arn(event),
      identitySource: identity,
    });
    if (ttl > 0 && authorizer.identitySource.length > 0 && decision.outcome !== "failed") {
      // Tokens come and go: the map must not grow with them.
      if (kept.size >= 1_000) kept.delete(kept.keys().next().value ?? "");
      kept.set(key, { until: ctx.clock.now() + ttl, decision });
    }
    return decision;
  };
}

async function ask(host: FunctionHost, functionName: string, event: unknown): Promise<Decision> {
  try {
    const result = await host.invoke(functionName, JSON.stringify(event));
    if (result.functionError) return { outcome: "failed", reason: "the authorizer failed" };
    const answer: unknown = JSON.parse(result.payload.toString("utf8"));
    if (!isObject(answer) || typeof answer["isAuthorized"] !== "boolean") {
      return { outcome: "failed", reason: "the authorizer's answer has no boolean isAuthorized" };
    }
    if (!answer["isAuthorized"]) return { outcome: "denied" };
    return { outcome: "allowed", context: isObject(answer["context"]) ? answer["context"] : {} };
  } catch (error) {
    return { outcome: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

function readSource(source: string, event: HttpEvent): string | undefined {
  const header = /^\$request\.header\.(.+)$/i.exec(source)?.[1];
  if (header) return event.headers[header.toLowerCase()];
  const query = /^\$request\.querystring\.(.+)$/i.exec(source)?.[1];
  if (query) return event.queryStringParameters?.[query];
  if (source === "$context.routeKey") return event.routeKey;
  return undefined;
}
