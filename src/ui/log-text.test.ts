import { expect, test } from "vitest";
import { parseLogMessage } from "../contract/log-message.ts";
import type { LogsLine } from "../contract/operations/logs.ts";
import { coloured, pipedLine, plain, terminalLine } from "./log-text.ts";

const AT = new Date(2026, 10, 27, 14, 3, 22, 7).getTime();

function line(message: string): LogsLine {
  const rest = { id: "1", at: AT, group: "/aws/lambda/a-local-worker", stream: "s", function: "worker" };
  return { type: "line", ...rest, message, ...parseLogMessage(message) };
}

const shown = (message: string | object) =>
  terminalLine(line(typeof message === "string" ? message : JSON.stringify(message)), 6, plain);

test.each<[string, string | object, string]>([
  ["a text", "hello\n", "14:03:22.007 worker       hello"],
  ["several lines", "one\n  two", "14:03:22.007 worker       one\n    two"],
  [
    "fields behind the text, objects below it",
    {
      timestamp: "t",
      level: "WARN",
      message: "Failed.",
      app: "a",
      stage: "s",
      attempt: 2,
      error: { name: "E", at: [1] },
    },
    '14:03:22.007 worker WARN  Failed. attempt=2\n  error {\n    "name": "E",\n    "at": [\n      1\n    ]\n  }',
  ],
  [
    "a message that is an object",
    { level: "INFO", message: { cart: 3 } },
    '14:03:22.007 worker INFO \n  message {\n    "cart": 3\n  }',
  ],
  ["an object without a message", { total: 3 }, "14:03:22.007 worker       total=3"],
  [
    "a stack once",
    {
      level: "ERROR",
      message: "it broke Error: boom\n    at run (a.ts:1)",
      stackTrace: ["Error: boom", "    at run (a.ts:1)"],
      requestId: "r",
    },
    "14:03:22.007 worker ERROR it broke Error: boom requestId=r\n      at run (a.ts:1)",
  ],
  [
    "Lambda's word of a failure",
    { time: "t", type: "platform.report", record: { requestId: "r", metrics: { durationMs: 3 }, status: "failure" } },
    "14:03:22.007 worker ERROR platform.report requestId=r durationMs=3 status=failure",
  ],
  ["nothing that moves the cursor", "a\u001B[2J\u001B[31mb\u0007\rc", "14:03:22.007 worker       abc"],
])("a terminal shows %s", (_name, message, expected) => expect(shown(message)).toBe(expected));

test("colours change nothing but the colour", () => {
  const entry = line(JSON.stringify({ level: "ERROR", message: "Failed.", attempt: 2 }));
  const text = terminalLine(entry, 6, coloured);
  expect(text).toContain("\u001B[31mERROR\u001B[39m");
  expect(text.replaceAll(/\u001B\[\d+m/g, "")).toBe(terminalLine(entry, 6, plain));
});

test("a pipe gets the line whole", () => {
  const message = '{"level":"INFO",  "message":{"a":1}}';
  expect(pipedLine(line(`${message}\n`))).toBe(`${new Date(AT).toISOString()} worker ${message}`);
});
