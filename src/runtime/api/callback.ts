import { isIP } from "node:net";
import type { Settings } from "../../contract/settings.ts";

/**
 * @returns what is wrong with a callback's address; undefined when nothing is. Its resolved address is checked when it is
 * called: names can change in between.
 */
export function callbackProblem(
  address: string,
  settings: Pick<Settings, "allowLoopback" | "callbackHosts">,
): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return "is not an absolute URL";
  }
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (url.username || url.password) return "must not contain a user name or password: webhooks are signed instead";
  const loopback = isLoopback(host);
  if (url.protocol !== "https:" && !(settings.allowLoopback && loopback && url.protocol === "http:")) {
    return settings.allowLoopback ? "must be https, or http on a loopback address" : "must be https";
  }
  if (loopback)
    return settings.allowLoopback ? undefined : "names this machine; only the local stage calls loopback addresses";
  if (settings.callbackHosts && !settings.callbackHosts.some((pattern) => matchesHost(host, pattern))) {
    return `has a host that the stage does not call; allowed (webhooks.allow): ${settings.callbackHosts.join(", ")}`;
  }
  return undefined;
}

function isLoopback(host: string): boolean {
  if (host === "localhost" || host.endsWith(".localhost") || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

function matchesHost(host: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase();
  return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) && host.length > wanted.length - 1 : host === wanted;
}
