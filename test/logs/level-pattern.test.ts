import { expect, test } from "vitest";
import { LOG_LEVELS, parseLogMessage } from "../../src/contract/log-message.ts";
import { isAtLeast, levelPattern } from "../../src/lib/logs/level.ts";
import { compilePattern } from "../../src/local/logs/pattern.ts";

const ID = "8f8eed54-1f45-4b95-aa7c-21ac63764466";
const NAMES = ["trace", "debug", "info", "notice", "warn", "warning", "error", "fatal", "critical"];
const SPELT = NAMES.flatMap((name) => [name, name.toUpperCase(), name.charAt(0).toUpperCase() + name.slice(1)]);
const MESSAGES = [
  ...SPELT.map((level) => JSON.stringify({ level, message: "m" })),
  ...SPELT.map((level) => `2026-11-27T12:00:00.000Z\t${ID}\t${level.toUpperCase()}\tm`),
  ...["success", "error", "failure", "timeout"].flatMap((status) => [
    JSON.stringify({ type: "platform.report", record: { requestId: ID, status } }),
    `REPORT RequestId: ${ID}\tDuration: 1.00 ms\tStatus: ${status}`,
  ]),
  `2026-11-27T12:00:00.000Z ${ID} Task timed out after 3.00 seconds`,
  `RequestId: ${ID} Error: Runtime exited with error: exit status 3`,
  "no level at all",
];

test.each(LOG_LEVELS)("the pattern of %s lets all pass that are so serious", (level) => {
  const passes = compilePattern(levelPattern(level));
  const serious = MESSAGES.filter((message) => isAtLeast(parseLogMessage(message), level));
  expect(serious.length).toBeGreaterThan(0);
  expect(serious.filter((message) => !passes(message))).toEqual([]);
});

test("the pattern of the serious ones keeps others away, and is no longer than CloudWatch takes", () => {
  for (const level of ["warn", "error"] as const) {
    expect(compilePattern(levelPattern(level))('{"level":"INFO","message":"Reconciled."}')).toBe(false);
    expect(levelPattern(level)?.length).toBeLessThanOrEqual(1024);
  }
});
