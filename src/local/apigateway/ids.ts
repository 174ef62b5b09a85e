import { randomBytes } from "node:crypto";

/** An id as API Gateway makes them for requests, messages and connections: URL-safe base64 that ends in "=". */
export function gatewayId(): string {
  return `${randomBytes(11).toString("base64url")}=`;
}

/** @returns an X-Ray trace id of now. */
export function traceId(now: number): string {
  return `Root=1-${Math.floor(now / 1000)
    .toString(16)
    .padStart(8, "0")}-${randomBytes(12).toString("hex")}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** @returns the time as API Gateway writes it: `12/Mar/2020:19:03:58 +0000`. */
export function requestTime(now: number): string {
  const date = new Date(now);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}
