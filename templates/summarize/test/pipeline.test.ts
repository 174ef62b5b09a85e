import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);

test("a PDF goes through the whole pipeline", async () => {
  // With no `dev` running, this starts the embedded stack for one task and stops it after.
  const { stdout } = await run("npx", [
    "ai-pipeline",
    "submit",
    "Summarize the report.",
    "--doc",
    "samples/report.pdf",
    "--wait",
    "--json",
  ]);
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; result?: string });
  const completed = events.find((event) => event.type === "completed");
  assert.ok(completed?.result, `no result in: ${stdout}`);
});
