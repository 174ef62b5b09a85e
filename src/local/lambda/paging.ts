import { invalidParameter } from "./input.ts";

/** @returns the page that `Marker` and `MaxItems` ask for, and the marker of the next. */
export function page<T>(all: T[], query: URLSearchParams, most: number): { items: T[]; next?: string } {
  const wanted = Number(query.get("MaxItems") ?? most);
  const marker = query.get("Marker");
  const start = marker ? Number(Buffer.from(marker, "base64").toString("utf8")) : 0;
  if (!Number.isInteger(start) || start < 0) throw invalidParameter("The marker is not valid.");
  const count = Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, most) : most;
  const end = start + count;
  return {
    items: all.slice(start, end),
    ...(end < all.length ? { next: Buffer.from(String(end)).toString("base64") } : {}),
  };
}
