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
  // A state that cannot be read.
  const damaged = LOCK.replace(/^Error message: .*/m, "Error message: unexpected end of JSON input").replace(
    /^ *ID:.*$/m,
    "",
  );
  expect(lockFailure(error("Error acquiring the state lock", damaged), PLACE)).toBeUndefined();
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

/** As `terraform init` begins, version 1.11. */
const PREFACE = `
Error: Terraform encountered problems during initialisation, including problems
with the configuration, described below.

The Terraform configuration must be valid before initialization so that
Terraform can determine which modules and providers need to be installed.

`;

const DUPLICATE = `
Error: Duplicate variable declaration

  on variables.tf line 1:
   1: variable "app" {

A variable named "app" was already declared at more.tf:1,1-15. Variable names
must be unique within a module.
`;

test.each([
  [
    "an unclosed brace",
    `${PREFACE}
Error: Unclosed configuration block

  on queues.tf line 1, in resource "aws_sqs_queue" "a":
   1: resource "aws_sqs_queue" "a" {

There is no closing brace for this block before the end of the file. This may
be caused by incorrect brace nesting elsewhere in this file.
`,
    {
      message:
        "Unclosed configuration block: There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.",
      where: "/p/infra/queues.tf:1",
      hint: ['resource "aws_sqs_queue" "a" {', "Mend it and run the command again; nothing was changed."],
    },
  ],
  [
    "two braces",
    `${PREFACE}
Error: Argument or block definition required

  on queues.tf line 41, in resource "aws_sqs_queue" "a":
  41: resource "aws_sqs_queue" "a" {{

An argument or block definition is required here.
`,
    {
      message: "Argument or block definition required: An argument or block definition is required here.",
      where: "/p/infra/queues.tf:41",
      hint: ['resource "aws_sqs_queue" "a" {{', "Mend it and run the command again; nothing was changed."],
    },
  ],
  [
    "a variable that is there twice, which is said twice",
    `${PREFACE}${DUPLICATE}${DUPLICATE}`,
    {
      message:
        'Duplicate variable declaration: A variable named "app" was already declared at more.tf:1,1-15. Variable names must be unique within a module.',
      where: "/p/infra/variables.tf:1",
      hint: ['variable "app" {', "Mend it and run the command again; nothing was changed."],
    },
  ],
  [
    "an unknown block",
    `${PREFACE}
Error: Unsupported block type

  on queues.tf line 1:
   1: resources "aws_sqs_queue" "a" {

Blocks of type "resources" are not expected here. Did you mean "resource"?
`,
    {
      message: 'Unsupported block type: Blocks of type "resources" are not expected here. Did you mean "resource"?',
      where: "/p/infra/queues.tf:1",
    },
  ],
  [
    "a module that is not there",
    `
Error: Unreadable module directory

Unable to evaluate directory symlink: lstat extra: no such file or directory

Error: Unreadable module directory

The directory  could not be read for module "extra" at extra.tf:1.
`,
    {
      message: 'Unreadable module directory: The directory could not be read for module "extra" at extra.tf:1.',
      where: "/p/infra/extra.tf:1",
      hint: [
        "also: Unreadable module directory: Unable to evaluate directory symlink: lstat extra: no such file or directory.",
        "Mend it and run the command again; nothing was changed.",
      ],
    },
  ],
  [
    "what is framed and coloured",
    `\u001B[31m╷\u001B[0m
│ Error: Invalid block definition
│ 
│   on queues.tf line 41, in resource "aws_sqs_queue" "dead_letters":
│   41: resource "aws_sqs_queue" "dead_letters" {{
│ 
╵
`,
    { message: "Invalid block definition.", where: "/p/infra/queues.tf:41" },
  ],
])("what Terraform says before it speaks JSON is read from stderr: %s", (_what, stderr, told) => {
  expect(planFailure([], stderr, PLACE)).toMatchObject({ code: "IAC_INVALID", ...told });
});

test("an unknown type of resource is told when it is planned", () => {
  const detail =
    'The provider hashicorp/aws does not support resource type "aws_sqs_quue". Did you mean "aws_sqs_queue"?';
  const range = { filename: "queues.tf", start: { line: 8, column: 10 } };
  expect(planFailure([error("Invalid resource type", detail, { range })], "", PLACE)).toMatchObject({
    code: "IAC_INVALID",
    message: `Invalid resource type: ${detail}`,
    where: "/p/infra/queues.tf:8:10",
  });
});

test("what no file has to do with is another system's failure", () => {
  const stderr = `
Error: Failed to query available provider packages

Could not retrieve the list of available versions for provider hashicorp/aws:
could not connect to registry.terraform.io
`;
  expect(planFailure([], stderr, PLACE)).toMatchObject({
    code: "TERRAFORM_FAILED",
    message:
      "Failed to query available provider packages: Could not retrieve the list of available versions for provider hashicorp/aws: could not connect to registry.terraform.io.",
    where: "/p/infra",
    hint: ["Nothing was changed."],
  });
  expect(planFailure([], "", PLACE)).toMatchObject({ code: "TERRAFORM_FAILED" });
});

test("summary and detail make sentences, and nothing twice", () => {
  expect(sentence(error("AccessDenied: no"))).toBe("AccessDenied: no.");
  expect(sentence(error("Creating queue", "AccessDenied:\n  not you"))).toBe("Creating queue: AccessDenied: not you.");
  for (const summary of ["Resource precondition failed", "Resource postcondition failed"]) {
    expect(sentence(error(summary, "Choose another workspace."))).toBe("Choose another workspace.");
  }
});
