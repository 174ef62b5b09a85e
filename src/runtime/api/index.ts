import { deadMessagesOf } from "../../contract/dead-message.ts";
import type { HttpAnswer, PolicyAnswer, ReconcileReport, SimpleAnswer } from "./answers.ts";
import type { Authorities } from "./authorize.ts";
import type { ReconcileParts } from "./reconciler.ts";

/*
 * The Lambda handlers of the API. Each loads its own part at its first call and keeps it: so the authorizer starts without
 * the database's client, and the environment is read when it is there.
 */

/** The part of Lambda's context that the handlers read. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

let parts: Promise<ReconcileParts> | undefined;
let authorities: Promise<Authorities> | undefined;

const loadParts = () => (parts ??= import("./create-parts.ts").then(({ createApiParts }) => createApiParts()));
const loadAuthorities = () =>
  (authorities ??= import("./create-authorities.ts").then(({ createAuthorities }) => createAuthorities()));

/**
 * The HTTP API: an HTTP API's event (payload format 2.0) in, its answer out. Behind `authorizer`; without a caller from
 * there every request is answered 401.
 */
export async function api(event: unknown): Promise<HttpAnswer> {
  const [{ handleHttp }, ready] = await Promise.all([import("./api.ts"), loadParts()]);
  return await handleHttp(ready, event);
}

/** The WebSocket API: `$connect` (behind `authorizer`), `$disconnect` and `$default`. */
export async function socket(event: unknown): Promise<{ statusCode: number }> {
  const [{ handleSocket }, ready] = await Promise.all([import("./socket.ts"), loadParts()]);
  return await handleSocket(ready, event);
}

/**
 * The authorizer of both APIs: simple responses for the HTTP API (payload format 2.0, identity source `Authorization`), a
 * policy for `$connect` (type REQUEST, no identity source, since a browser shows a ticket in the query string).
 * @throws Error "Unauthorized" for a `$connect` without credentials, which API Gateway answers by 401.
 */
export async function authorizer(event: unknown): Promise<SimpleAnswer | PolicyAnswer> {
  const [{ handleAuthorizer }, ready] = await Promise.all([import("./authorizer.ts"), loadAuthorities()]);
  return await handleAuthorizer(ready, event);
}

/**
 * Ends tasks that died without a word; to be run every minute. It needs, beside what the API does, to receive from the
 * dead-letter queue and change visibilities there, and to filter the worker's log (`logs:FilterLogEvents`).
 */
export async function reconciler(event?: unknown, context?: InvocationContext): Promise<ReconcileReport> {
  const [{ reconcile }, ready] = await Promise.all([import("./reconciler.ts"), loadParts()]);
  const timeLeft = () => context?.getRemainingTimeInMillis() ?? Infinity;
  return await reconcile(ready, timeLeft, deadMessagesOf(event));
}

export type { HttpAnswer, PolicyAnswer, ReconcileReport, SimpleAnswer } from "./answers.ts";
