import type { IncomingMessage } from "node:http";

const LOCAL_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\]|[a-z0-9.-]+\.localhost)(:\d+)?$/i;

/**
 * @returns whether a page of another site makes this request. The stack checks no signature, so a page that could reach
 * it could spend, read and delete; a local origin is the user's own application.
 *
 * @param options.allowed origins that may, beside this machine's
 * @param options.readable plain reads may come from anywhere: a link on a page is one
 */
export function isCrossSite(
  req: IncomingMessage,
  options: { allowed?: readonly string[] | undefined; readable: boolean },
): boolean {
  const { origin } = req.headers;
  if (origin !== undefined) return !LOCAL_ORIGIN.test(origin) && !(options.allowed ?? []).includes(origin);
  // Without an Origin (images, forms by GET, links) browsers still tell where the request comes from.
  if (req.headers["sec-fetch-site"] !== "cross-site") return false;
  return !(options.readable && (req.method === "GET" || req.method === "HEAD"));
}
