import { expect, test } from "vitest";
import { parseDuration } from "./duration.ts";

test.each([
  ["500ms", 500],
  ["90", 90_000],
  ["90s", 90_000],
  ["1.5m", 90_000],
  ["2h", 7_200_000],
  ["1d", 86_400_000],
])("%s is %i ms", (text, ms) => expect(parseDuration(text, "--timeout")).toBe(ms));

test.each(["", "s", "-1s", "0", "1w", "99d", "1 0s"])("%j is none", (text) => {
  expect(() => parseDuration(text, "--timeout")).toThrow(
    expect.objectContaining({ code: "DURATION_INVALID", where: "--timeout", exitCode: 2 }),
  );
});
