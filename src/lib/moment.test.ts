import { expect, test } from "vitest";
import { parseMoment } from "./moment.ts";

const NOW = Date.parse("2026-11-27T03:00:00Z");

test.each([
  ["90s", "2026-11-27T02:58:30.000Z"],
  ["2h", "2026-11-27T01:00:00.000Z"],
  ["1.5d", "2026-11-25T15:00:00.000Z"],
  ["2026-11-26", "2026-11-26T00:00:00.000Z"],
  ["2026-11-26T10:00:00+02:00", "2026-11-26T08:00:00.000Z"],
])("%s", (text, iso) => {
  expect(new Date(parseMoment(text, "--since", NOW)).toISOString()).toBe(iso);
});

test.each(["yesterday", "", "2026-13-45", "90", "31d"])("refuses %j", (text) => {
  expect(() => parseMoment(text, "--since", NOW)).toThrow();
});
