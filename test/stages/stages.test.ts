import { UpdateFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { consoleLink, CONSOLE_PAGES } from "../../src/lib/stages/console-links.ts";
import type { StageOutputs } from "../../src/contract/resources.ts";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "../cli/harness.ts";
import { clientSettings } from "../helpers/client-settings.ts";

/* The local stack has one stage; a second one is described beside it, with the first one's parts or others. */

let folder: Folder;
let dev: RunningCommand;
let endpoint: string;
let outputs: StageOutputs;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir, env: { HOME: folder.dir } });
const describe = async (stage: string, changed: Partial<StageOutputs>) => {
  const ssm = new SSMClient(clientSettings(endpoint));
  await ssm.send(
    new PutParameterCommand({
      Name: `/ai-pipeline/my-app/${stage}/outputs`,
      Type: "String",
      Overwrite: true,
      Value: JSON.stringify({ ...outputs, stage, ...changed }),
    }),
  );
  ssm.destroy();
};

beforeAll(async () => {
  ({ folder, dev, endpoint } = await startProject(PROJECT, ["--json"]));
  // Only then is there a mapping that can be paused.
  await dev.waitFor(/"name":"my-app-local-worker","state":"ready"/);
  const shown = (await cli("output", "--json")).stdout;
  ({ outputs } = JSON.parse(shown.split("\n")[0] ?? ""));
});

afterAll(() => endProject({ folder, dev }));

test("output prints all of it, or one value as it is", async () => {
  const all = await cli("output");
  expect(all.stdout).toMatch(/^functions\.worker +my-app-local-worker$/m);
  expect(all.stdout).toMatch(new RegExp(`^httpUrl +${endpoint}$`, "m"));
  expect(await cli("output", "functions.worker")).toMatchObject({ stdout: "my-app-local-worker\n", exitCode: 0 });
  const wrong = await cli("output", "nothing");
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain("A stage has no output nothing.");
  expect(wrong.stderr).toContain("queueUrl");
});

test("stages list names the stages of an account, and what was changed on them by hand", async () => {
  await describe("prod", {});
  const paused = await cli("pause", "--reason", "an outage");
  expect(paused.exitCode, paused.stderr).toBe(0);
  const { stdout, exitCode } = await cli("stages", "list", "--endpoint-url", endpoint);
  await cli("resume");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^my-app +local .*paused since .*an outage$/m);
  expect(stdout).toMatch(/^my-app +prod /m);
  expect((await cli("stages", "list", "--app", "other", "--endpoint-url", endpoint)).stderr).toContain(
    "no stages in account 000000000000, region us-east-1",
  );
});

test("stages diff tells what two stages do not share, whatever their names, and no secret", async () => {
  const lambda = new LambdaClient(clientSettings(endpoint));
  const functions = { ...outputs.functions, worker: outputs.functions.reconciler };
  await lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: outputs.functions.reconciler,
      Environment: {
        Variables: {
          MY_API_KEY: "sk-very-private",
          MY_PASSPHRASE: "very-private",
          DATABASE_URL: "postgres://app:very-private@db.example/app",
          JDBC: "jdbc:redis://:very-private@db.example",
          HOME_PAGE: "https://example.com/a:b@c",
          LOG_LEVEL: "debug",
        },
      },
    }),
  );
  lambda.destroy();
  await describe("prod", { functions });
  const { events, stdout } = await cli("stages", "diff", "local", "prod", "--endpoint-url", endpoint, "--json");
  const found = events.filter(({ type }) => type === "difference");
  expect(found).toContainEqual(expect.objectContaining({ setting: "worker.MemorySize", first: "1024", second: "256" }));
  expect(found).toContainEqual(expect.objectContaining({ setting: "worker.environment.LOG_LEVEL", second: "debug" }));
  for (const name of ["MY_API_KEY", "MY_PASSPHRASE", "DATABASE_URL", "JDBC"]) {
    expect(found).toContainEqual(
      expect.objectContaining({
        setting: `worker.environment.${name}`,
        second: expect.stringMatching(/^hidden, \w{8}$/),
      }),
    );
  }
  expect(stdout).toContain("https://example.com/a:b@c");
  expect(stdout).not.toContain("very-private");
  // Of both the same queue, under the same name.
  expect(found.filter(({ setting }) => String(setting).startsWith("queue."))).toEqual([]);
  const same = await cli("stages", "diff", "local", "local");
  expect(same.stderr).toMatch(/^no difference in \d{2,} settings$/m);
  expect((await cli("stages", "diff", "local", "nowhere", "--endpoint-url", endpoint)).stderr).toContain(
    "The stage nowhere of my-app is not deployed here.",
  );
});

test("open prints where a stage is in the console", async () => {
  await describe("prod", { region: "eu-west-1" });
  const { stdout, exitCode } = await cli("open", "logs", "--stage", "prod", "--endpoint-url", endpoint);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(
    "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fmy-app-local-worker\n",
  );
  expect((await cli("open")).stderr).toContain("The stage local is the embedded stack");
  for (const page of CONSOLE_PAGES) expect(URL.canParse(consoleLink(page, outputs))).toBe(true);
  expect(consoleLink("queue", { ...outputs, region: "cn-north-1" })).toContain("console.amazonaws.cn/");
});
