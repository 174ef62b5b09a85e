import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import type { Settings } from "../../contract/settings.ts";

/** A callback's address may not be called. The message is fit for the record. */
export class ForbiddenAddressError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ForbiddenAddressError";
  }
}

/** Where a webhook's connection goes: the one address that was checked. */
export interface PinnedAddress {
  address: string;
  family: 4 | 6;
}

/** IANA's special-purpose registries: everything that is not plainly the public internet. */
const BLOCKED: [net: string, prefix: number, family: "ipv4" | "ipv6"][] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.0.2.0", 24, "ipv4"],
  ["192.88.99.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["198.51.100.0", 24, "ipv4"],
  ["203.0.113.0", 24, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
];
/** Of IPv6 only 2000::/3 is global; inside it these are not, or they carry an IPv4 address of anyone's choice. */
const BLOCKED_GLOBAL_V6: [net: string, prefix: number][] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/**
 * Resolves a callback's host and refuses private, loopback, link-local, carrier-grade NAT, metadata, mapped and
 * translated addresses. All of a name's addresses must pass; the first is the one to connect to.
 * @throws ForbiddenAddressError
 */
export async function resolveCallback(
  url: URL,
  settings: Pick<Settings, "allowLoopback" | "callbackHosts">,
): Promise<PinnedAddress> {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const addresses = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await lookup(host, { all: true, verbatim: true });
  const [first] = addresses;
  if (!first) throw new ForbiddenAddressError("The callback's host has no address.");
  const loopback = addresses.every(({ address }) => isLoopback(address));
  if (settings.allowLoopback && loopback && (url.protocol === "http:" || url.protocol === "https:")) return pin(first);
  if (url.protocol !== "https:") throw new ForbiddenAddressError("The callback is not https.");
  if (settings.callbackHosts && !settings.callbackHosts.some((pattern) => matchesHost(host, pattern))) {
    throw new ForbiddenAddressError("The callback's host is not one that webhooks.allow names.");
  }
  if (addresses.some(({ address }) => isBlocked(address))) {
    throw new ForbiddenAddressError("The callback's host has an address that is not on the public internet.");
  }
  return pin(first);
}

function pin({ address, family }: { address: string; family: number }): PinnedAddress {
  return { address, family: family === 6 ? 6 : 4 };
}

/** @returns whether an address is anything but a public one. */
export function isBlocked(address: string): boolean {
  if (isIP(address) === 4) return v4List().check(address, "ipv4");
  if (isIP(address) !== 6) return true;
  return !globalV6().check(address, "ipv6") || blockedV6().check(address, "ipv6");
}

export function isLoopback(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith("127.") : address === "::1";
}

function matchesHost(host: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase();
  return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) && host.length > wanted.length - 1 : host === wanted;
}

const v4List = once(() => {
  const list = new BlockList();
  for (const [net, prefix, family] of BLOCKED) list.addSubnet(net, prefix, family);
  return list;
});
const globalV6 = once(() => {
  const list = new BlockList();
  list.addSubnet("2000::", 3, "ipv6");
  return list;
});
const blockedV6 = once(() => {
  const list = new BlockList();
  for (const [net, prefix] of BLOCKED_GLOBAL_V6) list.addSubnet(net, prefix, "ipv6");
  return list;
});

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
