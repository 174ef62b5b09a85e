import { expect, test } from "vitest";
import { parseLogMessage } from "./log-message.ts";

const ID = "8f8eed54-1f45-4b95-aa7c-21ac63764466";

test.each<[string, object]>([
  ["plain text", { kind: "app" }],
  ["", { kind: "app" }],
  ["{not json", { kind: "app" }],
  ["[1, 2]", { kind: "app" }],
  [
    '{"level":"WARN","message":"m","taskId":"t","requestId":"r"}',
    { kind: "app", level: "warn", taskId: "t", requestId: "r" },
  ],
  ['{"level":"fatal"}', { kind: "app", level: "error" }],
  ['{"level":"TRACE"}', { kind: "app", level: "debug" }],
  ['{"level":30,"taskId":7}', { kind: "app" }],
  ['{"level":"loud"}', { kind: "app" }],
  ['{"_aws":{},"taskId":"t","requestId":"r"}', { kind: "metrics", taskId: "t", requestId: "r" }],
  [`START RequestId: ${ID} Version: $LATEST`, { kind: "platform", requestId: ID }],
  [
    `REPORT RequestId: ${ID}\tDuration: 3000.00 ms\tStatus: timeout`,
    { kind: "platform", level: "error", requestId: ID },
  ],
  [`REPORT RequestId: ${ID}\tDuration: 3.00 ms`, { kind: "platform", requestId: ID }],
  [`2026-11-27T12:00:00.000Z ${ID} Task timed out after 3.00 seconds`, { kind: "app", level: "error", requestId: ID }],
  [`RequestId: ${ID} Error: Runtime exited with error: exit status 3`, { kind: "app", level: "error", requestId: ID }],
  [`2026-11-27T12:00:00.000Z\t${ID}\tWARN\tprinted`, { kind: "app", level: "warn", requestId: ID }],
  [
    `{"type":"platform.report","record":{"requestId":"${ID}","status":"timeout"}}`,
    { kind: "platform", level: "error", requestId: ID },
  ],
  [`{"type":"platform.start","record":{"requestId":"${ID}"}}`, { kind: "platform", level: "info", requestId: ID }],
])("%s", (message, expected) => {
  const { data, ...said } = parseLogMessage(message);
  expect(said).toEqual(expected);
  if (data) expect(JSON.parse(message)).toEqual(data);
});
