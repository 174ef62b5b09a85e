import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createTerminal } from "../../../../test/helpers/terminal.ts";
import type { DeployEvent } from "../../../contract/operations/deploy.ts";
import { createTextOut } from "../../render/text/out.ts";
import { deployText } from "../../render/text/deploy.ts";
import { open } from "./open.tsx";

/** One run of a deployment: what changes, what loses data, what fails and is undone. */
const RUN: DeployEvent[] = [
  { type: "stage", ref: { app: "my-app", stage: "prod", account: "123456789012", region: "eu-west-1" } },
  {
    type: "plan",
    kind: "cloudformation",
    changes: [
      {
        address: "AiWorker",
        kind: "AWS::Lambda::Function",
        name: "my-app-prod-worker",
        action: "change",
        attributes: [
          { path: "Timeout", before: "50", after: "60" },
          { path: "Environment.Variables.API_KEY", private: true },
        ],
      },
      {
        address: "TasksTable",
        kind: "AWS::DynamoDB::Table",
        action: "replace",
        attributes: [{ path: "TableName", before: "a", unknown: true, replaces: true }],
        loses: "all its items",
      },
    ],
    notes: ["stays paused, as jane left it"],
    counts: { import: 0, create: 0, change: 1, replace: 1, delete: 0 },
    losing: 1,
  },
  { type: "resource", at: 0, address: "AiWorker", kind: "AWS::Lambda::Function", action: "change", state: "started" },
  {
    type: "resource",
    at: 900,
    address: "AiWorker",
    kind: "AWS::Lambda::Function",
    action: "change",
    state: "done",
    ms: 900,
  },
  {
    type: "resource",
    at: 950,
    address: "TasksTable",
    kind: "AWS::DynamoDB::Table",
    action: "create",
    state: "failed",
    ms: 40,
    reason: "You may not call \u001b[2Jdynamodb:CreateTable",
  },
  {
    type: "resource",
    at: 990,
    address: "AiWorker",
    kind: "AWS::Lambda::Function",
    action: "change",
    state: "done",
    ms: 20,
    undo: true,
  },
];

const SAID = [
  "stage prod of my-app, account 123456789012, region eu-west-1",
  "± TasksTable  AWS::DynamoDB::Table  (made anew)",
  '    TableName: "a" -> (known later)  (cannot change in place)',
  "    loses all its items",
  "~ AiWorker    AWS::Lambda::Function  my-app-prod-worker",
  '    Timeout: "50" -> "60"',
  "    Environment.Variables.API_KEY: (private) -> (private)",
  "stays paused, as jane left it",
  "1 to change, 1 to replace; 1 of them loses data",
  "changed AiWorker in 900 ms",
  "undone: changed AiWorker in 20 ms",
];

test("a screen and a pipe tell the same plan and the same end of it", async () => {
  const terminal = createTerminal({ columns: 110, rows: 40 });
  const view = open(terminal.screen);
  for (const event of RUN) view.push(event);
  await view.end();
  const chunks: string[] = [];
  const stderr = new PassThrough();
  stderr.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr, color: false };
  const tell = deployText(createTextOut(io), () => 0);
  for (const event of RUN) tell(event);
  for (const line of SAID) {
    expect(terminal.text()).toContain(line);
    expect(chunks.join("")).toContain(line);
  }
  // What a service says cannot draw on the screen.
  expect(chunks.join("")).not.toContain("\u001b[2J");
  expect(terminal.text()).toContain("TasksTable (AWS::DynamoDB::Table) failed in 40 ms: You may not call");
});
