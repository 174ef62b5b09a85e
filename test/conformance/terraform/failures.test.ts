import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { beforeEach, expect, test } from "vitest";
import { describeWith } from "../tools.ts";
import { templateConfig } from "./configs.ts";
import { makeWorkdir, ofType, type Workdir } from "./workdir.ts";

const SECOND = 1000;

describeWith("terraform", (cliConfig) => {
  let it: Workdir;
  const all = () => [`-var-file=${it.variables}`, "-input=false"];
  const apply = () => it.terraform("apply", "-json", "-auto-approve", ...all());
  const errors = (messages: Record<string, unknown>[]) =>
    ofType(messages, "diagnostic").map(({ diagnostic }) => diagnostic);

  beforeEach(async () => {
    it = await makeWorkdir(cliConfig, await templateConfig("minimal"));
    expect(await it.terraform("init", "-input=false")).toMatchObject({ exitCode: 0 });
  });

  test("a resource that fails is named, what was made stays, and the next apply goes on from there", async () => {
    await it.faults([{ type: "aws_lambda_function", name: "my-app-dev-socket", error: "AccessDenied: no" }]);
    const first = await apply();
    expect(first.exitCode).toBe(1);
    expect(errors(first.messages)).toEqual([
      expect.objectContaining({
        severity: "error",
        summary: "AccessDenied: no",
        address: 'aws_lambda_function.api["socket"]',
        range: expect.objectContaining({ filename: "functions.tf" }),
      }),
    ]);
    const made = (await it.calls()).length;
    expect(made).toBeGreaterThan(20);
    await it.faults([]);
    const second = await apply();
    expect(second.exitCode).toBe(0);
    const calls = await it.calls();
    expect(new Set(calls.map(({ type, id }) => `${type} ${id}`)).size).toBe(calls.length);
    expect(await it.terraform("plan", "-detailed-exitcode", ...all())).toMatchObject({ exitCode: 0 });
  });

  test("what cannot be removed is told apart from its reason, which has no address", async () => {
    expect(await apply()).toMatchObject({ exitCode: 0 });
    await it.faults([{ type: "aws_lambda_function", name: "my-app-dev-api", action: "delete", error: "Busy: no" }]);
    const { exitCode, messages } = await it.terraform("destroy", "-json", "-auto-approve", ...all());
    expect(exitCode).toBe(1);
    expect(ofType(messages, "apply_errored")).toEqual([
      expect.objectContaining({
        hook: expect.objectContaining({
          resource: expect.objectContaining({ addr: 'aws_lambda_function.api["api"]' }),
        }),
      }),
    ]);
    expect(errors(messages)).toEqual([{ severity: "error", summary: "Busy: no", detail: "" }]);
  });

  test("two at once: the second is told who holds the state", async () => {
    await it.faults([{ type: "aws_sqs_queue", ms: 6 * SECOND }]);
    const first = apply();
    const lock = join(it.dir, ".terraform.tfstate.lock.info");
    for (let tries = 0; !existsSync(lock) && tries < 200; tries += 1) await sleep(50);
    const second = await apply();
    expect(second.exitCode).toBe(1);
    expect(errors(second.messages)).toEqual([
      expect.objectContaining({
        summary: "Error acquiring the state lock",
        detail: expect.stringMatching(/Who: .*\n.*Operation: OperationTypeApply|Operation: OperationTypeApply/s),
      }),
    ]);
    expect(await first).toMatchObject({ exitCode: 0 });
  });

  test("Ctrl-C ends what is at work and keeps what was made; the next apply mends the rest", async () => {
    await it.faults([{ type: "aws_dynamodb_table", ms: 60 * SECOND }]);
    const child = execa("terraform", ["apply", "-json", "-auto-approve", ...all()], {
      cwd: it.dir,
      env: it.env,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      detached: true,
      forceKillAfterDelay: false,
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const isAtWork = () =>
      said.split("\n").some((line) => line.includes('"apply_start"') && line.includes('"aws_dynamodb_table.tasks"'));
    for (let tries = 0; !isAtWork() && tries < 1000; tries += 1) await sleep(50);
    // Told before the provider is asked.
    await sleep(500);
    child.kill("SIGINT");
    const { exitCode } = await child;
    expect(exitCode).toBe(1);
    const { stdout } = await it.terraform("state", "list");
    expect(stdout).toContain("aws_dynamodb_table.tasks");
    expect(existsSync(join(it.dir, ".terraform.tfstate.lock.info"))).toBe(false);
    await it.faults([]);
    expect(await apply()).toMatchObject({ exitCode: 0 });
    expect(await it.terraform("plan", "-detailed-exitcode", ...all())).toMatchObject({ exitCode: 0 });
  });

  test("the stage's variables in another stage's workspace are refused", async () => {
    await it.terraform("workspace", "new", "prod");
    const { messages, exitCode } = await it.terraform("plan", "-json", ...all());
    expect(exitCode).toBe(1);
    expect(errors(messages)).toEqual([
      expect.objectContaining({ detail: expect.stringContaining("terraform workspace select dev") }),
    ]);
  });

  test("another account is refused before anything is planned", async () => {
    const { messages, exitCode } = await it.terraform("plan", "-json", ...all(), "-var=account=999999999999");
    expect(exitCode).toBe(1);
    expect(errors(messages)).toEqual([
      expect.objectContaining({ summary: "AWS account ID not allowed: 123456789012" }),
    ]);
  });

  test.each([
    ["app=My_App", "An app's name is 2 to 32 lower-case letters"],
    ["worker_timeout=0", "Lambda takes a timeout from 1 to 900 seconds."],
    ["queue_visibility_timeout=43201", "SQS takes a visibility timeout from 0 to 43200 seconds."],
    ["log_retention_days=31", "CloudWatch keeps logs for 1, 3, 5"],
    ["alarm_topic=on-call", "This is no ARN of an SNS topic"],
    ["domain_certificate=arn:aws:iam::123456789012:server-certificate/a", "This is no ARN of an ACM certificate"],
    ["region=eu-west-1", "The region is us-east-1, but this may be applied to eu-west-1 alone"],
    ["alarm_topic=arn:aws:sns:eu-west-1:123456789012:on-call", "alarm_topic must be in the stage's region, us-east-1"],
  ])("%s is refused before anything is planned", async (value, words) => {
    const { messages, exitCode } = await it.terraform("plan", "-json", ...all(), `-var=${value}`);
    expect(exitCode).toBe(1);
    expect(errors(messages)).toEqual([expect.objectContaining({ detail: expect.stringContaining(words) })]);
  });

  test("a certificate of another region is refused, and none at all", async () => {
    const name = "-var=domain_name=tasks.example.com";
    const other = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d";
    const { messages } = await it.terraform("plan", "-json", ...all(), name, `-var=domain_certificate=${other}`);
    expect(errors(messages)).toEqual([
      expect.objectContaining({ detail: expect.stringContaining("must be in the stage's region, us-east-1") }),
    ]);
    expect(errors((await it.terraform("plan", "-json", ...all(), name)).messages)).toEqual([
      expect.objectContaining({ detail: expect.stringContaining("domain_name needs domain_certificate") }),
    ]);
  });

  const edits: [string, string, (text: string) => string, string][] = [
    [
      "an argument that there is none of",
      "queues.tf",
      (text) => text.replace("sqs_managed_sse_enabled ", "sqs_managed_encryption "),
      'An argument named "sqs_managed_encryption" is not expected here',
    ],
    [
      "a required argument that is missing",
      "functions.tf",
      (text) => text.replace(/ {2}role {13}= aws_iam_role.function\["worker"\].arn\n/, ""),
      'The argument "role" is required',
    ],
    [
      "an argument of a nested block",
      "queues.tf",
      (text) => text.replace("maximum_concurrency = ", "max_concurrency = "),
      'An argument named "max_concurrency" is not expected here',
    ],
    [
      "a required argument of a nested block",
      "data.tf",
      (text) => text.replace('    projection_type = "ALL"\n', ""),
      'The argument "projection_type" is required',
    ],
    [
      "a second block where one may be",
      "queues.tf",
      (text) => text.replace("  scaling_config {", "  scaling_config {\n  }\n\n  scaling_config {"),
      'No more than 1 "scaling_config" blocks are allowed',
    ],
    [
      "a value of another type",
      "queues.tf",
      (text) => text.replace("= var.queue_visibility_timeout # 300", '= "soon"'),
      "a number is required",
    ],
  ];
  test.each(edits)("the provider's schema refuses %s", async (_what, file, change, words) => {
    await it.edit(file, (text) => {
      const changed = change(text);
      expect(changed).not.toBe(text);
      return changed;
    });
    const { stdout } = await it.terraform("validate", "-json");
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      diagnostics: [expect.objectContaining({ detail: expect.stringContaining(words) })],
    });
  });
});
