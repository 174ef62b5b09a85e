import { expect, test } from "vitest";
import { readableLog } from "./log-line.ts";

test.each([
  ["plain text", "plain text"],
  ['{"level":"WARN","message":"The attempt failed.","taskId":"t"}', "warn The attempt failed."],
  ['{"message":"no level"}', "no level"],
  [
    '{"level":"ERROR","message":{"errorType":"TypeError","errorMessage":"no key","stackTrace":["x"]}}',
    "error TypeError: no key",
  ],
  ['{"other":1}', '{"other":1}'],
  ["{not json", "{not json"],
  ["REPORT RequestId: 1 Duration: 2 ms", undefined],
  ['{"time":"t","type":"platform.report","record":{}}', undefined],
  ['{"_aws":{"Timestamp":1},"TaskDuration":3}', undefined],
])("%s reads as %s", (message, text) => expect(readableLog(message)).toBe(text));
