import { expect, test } from "vitest";
import { lockFailure, planFailure, sentence } from "./failure.ts";
import type { Diagnostic } from "./message.ts";
import type { RunPlace } from "./run.ts";

const error = (summary: string, detail = "", rest: Partial<Diagnostic> = {}): Diagnostic => ({
  severity: "error",
  summary,
  detail,
  ...rest,
});

const PLACE = {
  directory: "/p/infra",
  workspace: "prod",
  program: { name: "terraform", version: "1.11.4" },
  env: {},
} satisfies RunPlace;

/** As Terraform 1.11 and the S3 backend write it. */
const LOCK = `Error message: operation error S3: PutObject, https response error StatusCode: 412, PreconditionFailed
Lock Info:
  ID:        0c2d8a55-4a86-2a0f-1c34-9b5a3c9d7e11
  Path:      my-bucket/env:/prod/my-app.tfstate
  Operation: OperationTypeApply
  Who:       jane@laptop
  Version:   1.11.4
  Created:   2026-11-28 21:50:12.1 +0000 UTC
  Info:      

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.`;

test("a lock is told with who, since when, and how one that was left is removed", () => {
  expect(lockFailure(error("Error acquiring the state lock", LOCK), PLACE)).toMatchObject({
    code: "STAGE_BUSY",
    message: "Somebody else is changing this stage: jane@laptop.",
    where: "locked since 2026-11-28 21:50:12.1 +0000 UTC for OperationTypeApply",
    hint: [
      "Wait until it is done and run the command again; nothing was changed.",
      "If nobody is at work any more, the lock was left behind. Give it up, in /p/infra:",
      "  TF_WORKSPACE=prod terraform force-unlock 0c2d8a55-4a86-2a0f-1c34-9b5a3c9d7e11",
    ],
  });
  expect(lockFailure(error("Invalid resource name"), PLACE)).toBeUndefined();
});

test("credentials that are missing or expired are no fault of the files", () => {
  for (const summary of [
    "No valid credential sources found",
    "Retrieving AWS account details: validating provider credentials: ExpiredToken: The security token is expired",
  ]) {
    expect(planFailure([error(summary)], "", PLACE)).toMatchObject({ code: "CREDENTIALS_MISSING", exitCode: 5 });
  }
});

test("credentials that a shared state misses are told the same", () => {
  const stderr = "\n│ Error: No valid credential sources found\n│ \n│ Please see https://developer.hashicorp.com\n";
  expect(planFailure([], stderr, PLACE)).toMatchObject({ code: "CREDENTIALS_MISSING", exitCode: 5 });
});

test("another account is refused as such", () => {
  expect(planFailure([error("AWS account ID not allowed: 111122223333")], "", PLACE)).toMatchObject({
    code: "ACCOUNT_MISMATCH",
    message: expect.stringContaining("111122223333"),
  });
});

test("a fault in a file is told with its place and line; further ones beside it", () => {
  const range = (line: number) => ({ filename: "queues.tf", start: { line, column: 3 } });
  expect(
    planFailure(
      [
        { severity: "warning", summary: "Deprecated", detail: "" },
        error("Unsupported argument", 'An argument named "batch_sice" is not expected here.', {
          range: range(18),
          snippet: { code: "  batch_sice = 1" },
        }),
        error("Missing required argument", 'The argument "role" is required.', { range: range(30) }),
      ],
      "",
      PLACE,
    ),
  ).toMatchObject({
    code: "IAC_INVALID",
    message: 'Unsupported argument: An argument named "batch_sice" is not expected here.',
    where: "/p/infra/queues.tf:18:3",
    hint: [
      "batch_sice = 1",
      'queues.tf:30:3: Missing required argument: The argument "role" is required.',
      "Mend it and run the command again; nothing was changed.",
    ],
  });
});

test("what Terraform says before it speaks JSON is read from stderr", () => {
  const stderr = `\u001B[31m╷\u001B[0m
│ Error: Invalid block definition
│ 
│   on queues.tf line 41, in resource "aws_sqs_queue" "dead_letters":
│   41: resource "aws_sqs_queue" "dead_letters" {{
│ 
╵
`;
  expect(planFailure([], stderr, PLACE)).toMatchObject({
    code: "IAC_INVALID",
    message: "Invalid block definition.",
    where: "/p/infra/queues.tf:41",
  });
  expect(planFailure([], "", PLACE)).toMatchObject({ code: "TERRAFORM_FAILED" });
});

test("summary and detail make sentences, and nothing twice", () => {
  expect(sentence(error("AccessDenied: no"))).toBe("AccessDenied: no.");
  expect(sentence(error("Creating queue", "AccessDenied:\n  not you"))).toBe("Creating queue: AccessDenied: not you.");
  expect(sentence(error("Resource precondition failed", "Choose another workspace."))).toBe(
    "Choose another workspace.",
  );
});
