import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resourceNames } from "../../src/contract/resources.ts";
import { IAM_ROLES, type IamRole } from "../../src/contract/iam/grants.ts";
import { allows, grantsFor } from "../../src/contract/iam/policy.ts";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "../cli/harness.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { gate } from "./gate.ts";

const ACCOUNT = "000000000000";
const SCOPE = {
  names: resourceNames("my-app", "local", ACCOUNT),
  app: "my-app",
  stage: "local",
  account: ACCOUNT,
  region: "us-east-1",
  partition: "aws",
};

let folder: Folder;
let dev: RunningCommand;
let endpoint: string;

beforeAll(async () => {
  ({ folder, dev, endpoint } = await startProject({ ...PROJECT, "notes.md": "# Notes\n" }, [
    "--json",
    "--speed",
    "60",
  ]));
  await run(["submit", "hello", "--task-id", "goes-well", "--wait"], { cwd: folder.dir });
  for (const taskId of ["fails-one", "fails-two"])
    await run(["submit", "impossible", "--task-id", taskId, "--wait"], { cwd: folder.dir });
});

afterAll(() => endProject({ folder, dev }));

/** Runs a command as somebody who has the role's policy and nothing else. */
async function as(role: IamRole, argv: string[]) {
  await using iam = await gate(endpoint, grantsFor(role, SCOPE));
  const ended = await run([...argv, "--app", "my-app", "--endpoint-url", iam.url, "--json"], {
    cwd: folder.dir,
    env: { HOME: folder.dir },
  });
  return { ...ended, denied: iam.denied };
}

describe.each<[Exclude<IamRole, "deployer">, string[][]]>([
  [
    "reader",
    [
      ["status"],
      ["tasks", "list"],
      ["tasks", "show", "goes-well"],
      ["logs", "--since", "1h"],
      ["logs", "--task", "goes-well"],
      ["dlq", "list"],
      ["dlq", "inspect"],
      ["dlq", "show", "fails-one"],
      ["output"],
    ],
  ],
  [
    "ci",
    [
      ["submit", "hello", "--wait"],
      ["submit", "read", "--doc", "notes.md", "--wait"],
      ["smoke", "--limit", "told=30s"],
    ],
  ],
  [
    "oncall",
    [
      ["status"],
      ["watch", "goes-well"],
      ["pause", "--reason", "an outage"],
      ["resume"],
      ["concurrency", "set", "3"],
      ["tasks", "retry", "goes-well", "--yes"],
      ["tasks", "cancel", "goes-well"],
      ["dlq", "inspect", "--scan"],
      ["dlq", "redrive", "--task", "fails-one", "--yes"],
      ["dlq", "replay", "--task", "fails-two", "--set", "prompt=hello", "--yes"],
      ["dlq", "redrive", "--yes"],
    ],
  ],
])("the policy of %s has all that its commands call", (role, commands) => {
  test.each(commands.map((argv) => [argv.join(" "), argv] as const))("%s", async (_name, argv) => {
    const { exitCode, denied, stderr } = await as(role, argv);
    expect(denied).toEqual([]);
    // A task that fails, or one that is over already, is no matter of permissions.
    expect([0, 1, 3], stderr).toContain(exitCode);
    expect(stderr).not.toContain("You may not call");
  });
});

describe("no role has more", () => {
  test.each<[IamRole, string[], string]>([
    ["reader", ["dlq", "redrive", "--yes"], "sqs:ReceiveMessage"],
    ["reader", ["pause"], "ssm:PutParameter"],
    ["reader", ["submit", "hello", "--wait"], "ssm:GetParameter"],
    ["ci", ["dlq", "redrive", "--yes"], "sqs:"],
    ["ci", ["pause"], "lambda:ListEventSourceMappings"],
    ["ci", ["logs"], "logs:FilterLogEvents"],
  ])("%s may not %j", async (role, argv, action) => {
    const { exitCode, denied, stdout } = await as(role, argv);
    expect(exitCode).toBe(5);
    expect(denied[0]?.action).toContain(action);
    expect(stdout).toContain(`You may not call ${denied[0]?.action}`);
    expect(stdout).toContain("iam policy --role ");
  });

  test("of another stage", () => {
    for (const role of IAM_ROLES) {
      const resources = grantsFor(role, SCOPE).flatMap((grant) => (grant.condition ? [] : grant.resources));
      const wide = resources.filter(
        (resource) => !/local|^\*$|ai-pipeline|:apigateway:|:event-source-mapping:/.test(resource),
      );
      expect(wide).toEqual([]);
    }
  });
});

test("who may read is told of dead letters that no record tells of, also where they may not be looked at", async () => {
  const sqs = new SQSClient(clientSettings(endpoint));
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: SCOPE.names.deadLetterQueue }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"sent":"by somebody"}' }));
  sqs.destroy();
  const { exitCode, denied, events } = await as("reader", ["dlq", "inspect"]);
  expect(exitCode).toBe(0);
  expect(denied[0]?.action).toBe("sqs:ReceiveMessage");
  expect(events.at(-1)).toMatchObject({ by: "records", note: expect.stringContaining("no record that calls") });
});

test("every call that the command line explains is in somebody's policy", async () => {
  const providers = resolve(import.meta.dirname, "../../src/providers");
  const files = (await readdir(providers, { recursive: true })).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(providers, name), "utf8")));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/calling\("([a-z0-9]+:\w+)"/g)].map(([, action]) => action ?? ""),
  );
  expect(named.length).toBeGreaterThan(40);
  const granted = IAM_ROLES.flatMap((role) => grantsFor(role, SCOPE)).flatMap(({ actions }) => actions);
  // IAM asks what a transaction does, and has no word for the transaction itself.
  granted.push("dynamodb:TransactWriteItems");
  expect(named.filter((action) => !allows(granted, action))).toEqual([]);
});

test("iam policy prints the document, for a stage that need not be there", async () => {
  const { exitCode, stdout } = await run(
    ["iam", "policy", "--role", "oncall", "--stage", "prod", "--account", "123456789012", "--region", "eu-west-1"],
    { cwd: folder.dir },
  );
  expect(exitCode).toBe(0);
  const policy: { Version: string; Statement: { Sid: string; Action: string[]; Resource: string[] }[] } =
    JSON.parse(stdout);
  expect(policy.Version).toBe("2012-10-17");
  expect(policy.Statement).toContainEqual(
    expect.objectContaining({
      Sid: "MoveDeadLetters",
      Resource: [
        "arn:aws:sqs:eu-west-1:123456789012:my-app-prod-tasks",
        "arn:aws:sqs:eu-west-1:123456789012:my-app-prod-tasks-dlq",
      ],
    }),
  );
  for (const { Sid } of policy.Statement) expect(Sid).toMatch(/^[A-Za-z0-9]+$/);
});

test("iam policy refuses the local stage and an account that is none", async () => {
  const cli = (...argv: string[]) => run(["iam", "policy", "--role", "ci", ...argv], { cwd: folder.dir });
  expect((await cli()).stderr).toContain("Error: The stage local asks nobody for a permission.\n");
  expect(await cli("--stage", "prod", "--account", "12")).toMatchObject({ exitCode: 2 });
});

test("iam policy takes the flags of its neighbours, and the name of an app alone", async () => {
  const policy = (...argv: string[]) =>
    run(["iam", "policy", "--role", "reader", "--stage", "prod", ...argv], { cwd: folder.dir });
  const at = ["--endpoint-url", "http://127.0.0.1:1", "--profile", "work"];
  expect(await policy(...at)).toEqual(await policy());
  for (const { exitCode, stdout, stderr } of [
    await policy("--app", "Bad Name"),
    await run(["stages", "diff", "dev", "prod", "--app", "Bad Name"], { cwd: folder.dir }),
    await run(["stages", "list", "--app", "Bad Name"], { cwd: folder.dir }),
  ]) {
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain('"Bad Name" cannot be the name of an app.');
  }
});
