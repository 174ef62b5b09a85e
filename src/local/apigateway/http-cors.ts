import type { IncomingHttpHeaders } from "node:http";

/** CORS of an HTTP API; `*` where AWS takes it. Ages in seconds. */
export interface CorsOptions {
  allowOrigins: readonly string[];
  allowMethods?: readonly string[];
  allowHeaders?: readonly string[];
  exposeHeaders?: readonly string[];
  maxAge?: number;
  allowCredentials?: boolean;
}

/** @returns the headers of an answer to an origin that is allowed; none for another. */
export function corsHeaders(cors: CorsOptions, requestHeaders: IncomingHttpHeaders): Record<string, string> {
  const allowed = allowedOrigin(cors, requestHeaders.origin);
  if (!allowed) return {};
  return {
    "access-control-allow-origin": allowed,
    ...(allowed === "*" ? {} : { vary: "Origin" }),
    ...(cors.allowCredentials ? { "access-control-allow-credentials": "true" } : {}),
    ...(cors.exposeHeaders?.length ? { "access-control-expose-headers": cors.exposeHeaders.join(",") } : {}),
  };
}

/** @returns the headers that answer a preflight, 204, also where no route takes OPTIONS. */
export function preflightHeaders(cors: CorsOptions, requestHeaders: IncomingHttpHeaders): Record<string, string> {
  const allowed = allowedOrigin(cors, requestHeaders.origin);
  if (!allowed) return {};
  return {
    ...corsHeaders({ ...cors, exposeHeaders: [] }, requestHeaders),
    "access-control-allow-methods": (cors.allowMethods ?? []).join(","),
    "access-control-allow-headers": (cors.allowHeaders ?? []).join(","),
    "access-control-max-age": String(cors.maxAge ?? 0),
  };
}

function allowedOrigin(cors: CorsOptions, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  for (const allowed of cors.allowOrigins) {
    if (allowed === "*") return "*";
    if (allowed.toLowerCase() === origin.toLowerCase()) return origin;
    if ((allowed === "https://*" || allowed === "http://*") && origin.startsWith(allowed.slice(0, -1))) return origin;
  }
  return undefined;
}
