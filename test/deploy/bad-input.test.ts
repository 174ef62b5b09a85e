import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SSMClient, PutParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { savePlan, type SavedPlan } from "../../src/lib/deploy/plan-file.ts";
import { stateOf } from "../../src/providers/aws/cloudformation/stack.ts";
import type { LocalStack } from "../../src/local/stack.ts";
import { type Folder, makeFolder, PROJECT, run } from "../cli/harness.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

/* The embedded stack has no CloudFormation: all of this is refused before any is needed. */

let stack: LocalStack;
let folder: Folder;
beforeAll(async () => {
  stack = await startEmbeddedStack();
  folder = await makeFolder(PROJECT);
  await run(["init", ".", "--iac", "cloudformation"], { cwd: folder.dir });
});
afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
  await stack?.close();
});
const cli = (argv: string[]) => run([...argv, "--endpoint-url", stack.endpoint], { cwd: folder.dir });

test("a stage without a model's key is refused before anything is built", async () => {
  const { exitCode, stderr } = await cli(["deploy", "--stage", "dev", "--yes"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("has no model to call");
  expect(stderr).toContain("secrets set OPENAI_API_KEY --stage dev --endpoint-url");
  expect(stderr).not.toContain("worker.zip");
});

test("a key alone lets it be built", async () => {
  const ssm = new SSMClient(clientSettings(stack.endpoint));
  const Name = "/ai-pipeline/my-app/keyed/secrets/OPENAI_API_KEY";
  await ssm.send(new PutParameterCommand({ Name, Value: "sk-nobody", Type: "SecureString" }));
  ssm.destroy();
  expect((await cli(["plan", "--stage", "keyed"])).stderr).toContain("worker.zip");
});

test("the embedded stack's own stage is not deployed", async () => {
  for (const command of ["build", "plan", "deploy", "destroy"]) {
    const { exitCode, stderr } = await run([command], { cwd: folder.dir });
    expect({ command, exitCode }).toEqual({ command, exitCode: 2 });
    expect(stderr).toContain("it is started, not deployed");
  }
});

test("a stage that was deployed to another account is not made a second time, in silence", async () => {
  await folder.write({
    ".ai-pipeline/deployed.json": '{"moved":{"account":"123456789012","region":"eu-west-1"}}',
  });
  const { exitCode, stderr } = await cli(["deploy", "--stage", "moved", "--yes"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("was deployed to account 123456789012, region eu-west-1; this is account 000000000000");
});

/** Describes a stage as one that is there. */
async function describeStage(app: string, stage: string): Promise<void> {
  const ssm = new SSMClient(clientSettings(stack.endpoint));
  const text = ["httpUrl", "socketUrl", "queueUrl", "deadLetterQueueUrl", "tasksTable", "connectionsTable", "bucket"];
  const roles = ["worker", "api", "socket", "authorizer", "reconciler"];
  const Value = JSON.stringify({
    v: 1,
    app,
    stage,
    provider: "aws",
    account: "000000000000",
    region: "us-east-1",
    ...Object.fromEntries(text.map((name) => [name, name])),
    functions: Object.fromEntries(roles.map((role) => [role, `${app}-${stage}-${role}`])),
    secretsPath: `/ai-pipeline/${app}/${stage}/secrets`,
    maxAttempts: 3,
  });
  await ssm.send(
    new PutParameterCommand({ Name: `/ai-pipeline/${app}/${stage}/outputs`, Type: "String", Overwrite: true, Value }),
  );
  ssm.destroy();
}

test.each(["plan", "deploy", "destroy"])(
  "%s leaves another account's stage of the same name alone",
  async (command) => {
    await describeStage("my-app", "moved");
    const yes = command === "plan" ? [] : ["--yes"];
    const { exitCode, stderr } = await cli([command, "--stage", "moved", ...yes]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining("was deployed to account 123456789012, region eu-west-1"),
    });
  },
);

test.each(["plan", "deploy", "destroy"])("%s leaves a stage alone whose names are the same", async (command) => {
  await describeStage("my", "app-twin");
  const yes = command === "plan" ? [] : ["--yes"];
  const { exitCode, stderr } = await cli([command, "--stage", "twin", ...yes]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining("The stage app-twin of my has the names that twin of my-app would have."),
  });
});

test("another app's stage is not deployed from here", async () => {
  const { exitCode, stderr } = await cli(["destroy", "--stage", "dev", "--app", "other", "--yes"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("The project here is my-app, not other.");
});

test("without infrastructure as code it is said how to get some", async () => {
  await using bare = await makeFolder(PROJECT);
  const { exitCode, stderr } = await run(["plan", "--stage", "dev", "--endpoint-url", stack.endpoint], {
    cwd: bare.dir,
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("The project has no infrastructure as code.");
  expect(stderr).toContain("--iac cloudformation");
});

const PLAN: SavedPlan = {
  v: 1,
  app: "my-app",
  stage: "dev",
  account: "000000000000",
  region: "us-east-1",
  code: { worker: "", api: "" },
  secrets: [],
  plan: { kind: "cloudformation", token: '{"what":"nothing"}', changes: [], notes: [] },
};
const asSaved = async (plan: SavedPlan) => {
  const file = join(folder.dir, "other.plan");
  await savePlan(file, plan);
  return readFile(file, "utf8");
};

test.each<[string, () => Promise<string | undefined>, string]>([
  ["is not there", async () => undefined, "ENOENT"],
  ["is no plan", async () => "{}", "it is none of this version"],
  ["is for another stage", () => asSaved({ ...PLAN, stage: "prod" }), "The plan is for stage prod of my-app"],
  ["was changed", async () => (await asSaved(PLAN)).replace("nothing", "destroy"), "it is damaged, or was changed"],
])("a plan that %s", async (_what, content, message) => {
  const text = await content();
  if (text !== undefined) await folder.write({ "saved.plan": text });
  const { exitCode, stderr } = await cli(["deploy", "--stage", "dev", "--plan", "saved.plan"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
});

test("code alone goes by no plan", async () => {
  const { exitCode, stderr } = await cli(["deploy", "--stage", "dev", "--code-only", "--plan", "saved.plan"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("exclude each other") });
});

test("only code is not replaced of a stage that is not there", async () => {
  const { exitCode, stderr } = await cli(["deploy", "--stage", "dev", "--code-only"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("The stage dev is not deployed yet.");
});

test.each([
  ["REVIEW_IN_PROGRESS", "absent"],
  ["DELETE_COMPLETE", "absent"],
  ["CREATE_COMPLETE", "ready"],
  ["UPDATE_COMPLETE", "ready"],
  ["UPDATE_ROLLBACK_COMPLETE", "ready"],
  ["IMPORT_ROLLBACK_COMPLETE", "ready"],
  ["CREATE_IN_PROGRESS", "busy"],
  ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "busy"],
  ["DELETE_IN_PROGRESS", "busy"],
  ["ROLLBACK_COMPLETE", "stuck"],
  ["UPDATE_ROLLBACK_FAILED", "stuck"],
  ["DELETE_FAILED", "stuck"],
] as const)("a stack that is %s is %s", (StackStatus, state) => {
  const stackOf = { StackName: "my-app-dev", CreationTime: new Date(0), StackStatus };
  expect(
    stateOf(stackOf, { title: "The stage dev of my-app", aws: (words) => `aws cloudformation ${words}` }),
  ).toMatchObject({ state });
});
