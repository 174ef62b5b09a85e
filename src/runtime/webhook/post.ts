import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { PinnedAddress } from "./address.ts";

/**
 * Posts to the checked address under the URL's own name (Host, SNI and certificate stay the host's). Redirects are not
 * followed; the answer's body is not read.
 * @returns the HTTP status.
 */
export function postPinned(
  url: URL,
  pinned: PinnedAddress,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(url, {
      method: "POST",
      headers: {
        ...headers,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "ai-pipeline",
      },
      // A connection of its own: a kept one might be to an address that was checked for another host.
      agent: false,
      signal,
      lookup: (_host, options, done) => {
        if (options.all) done(null, [{ address: pinned.address, family: pinned.family }]);
        else done(null, pinned.address, pinned.family);
      },
    });
    request.on("response", (response: IncomingMessage) => {
      resolve(response.statusCode ?? 0);
      response.on("error", () => undefined);
      response.destroy();
    });
    request.on("error", reject);
    request.end(body);
  });
}
