import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalStack } from "../../src/local/stack.ts";
import { type Folder, makeFolder, PROJECT, run } from "../cli/harness.ts";
import { startOnTerminal } from "../cli/on-terminal.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

const VALUE = "sk-0123456789abcdef-of-nobody";

let stack: LocalStack;
let ssm: SSMClient;
let cwd: string;
let folder: Folder;
beforeAll(async () => {
  stack = await startEmbeddedStack();
  folder = await makeFolder();
  cwd = folder.dir;
  ssm = new SSMClient(clientSettings(stack.endpoint));
});
afterAll(async () => {
  ssm?.destroy();
  await folder?.[Symbol.asyncDispose]();
  await stack?.close();
});

const at = (stage: string) => ["--app", "my-app", "--stage", stage, "--endpoint-url", stack.endpoint];
const parameter = async (stage: string, name: string) =>
  (
    await ssm.send(
      new GetParameterCommand({ Name: `/ai-pipeline/my-app/${stage}/secrets/${name}`, WithDecryption: true }),
    )
  ).Parameter;

test("a secret goes from stdin into an encrypted parameter, and is never shown", async () => {
  const set = await run(["secrets", "set", "OPENAI_API_KEY", ...at("one")], { cwd, stdin: `${VALUE}\n` });
  expect(set).toMatchObject({ exitCode: 0, stdout: "OPENAI_API_KEY was created\n" });
  expect(await parameter("one", "OPENAI_API_KEY")).toMatchObject({ Type: "SecureString", Value: VALUE });
  const again = await run(["secrets", "set", "OPENAI_API_KEY", ...at("one"), "--json"], { cwd, stdin: `${VALUE}2` });
  expect(again.events.at(-1)).toMatchObject({ name: "OPENAI_API_KEY", changed: "replaced" });

  const list = await run(["secrets", "list", ...at("one")], { cwd });
  expect(list.stdout).toMatch(
    /^NAME +CHANGED\nOPENAI_API_KEY +\d{4}-\d\d-\d\dT.*\nSTAGE_TOKEN +missing\nWEBHOOK_SECRET +missing\n$/,
  );
  for (const { stdout, stderr } of [set, again, list]) expect(stdout + stderr).not.toContain(VALUE);

  expect((await run(["secrets", "unset", "OPENAI_API_KEY", ...at("one")], { cwd })).stdout).toBe(
    "OPENAI_API_KEY was removed\n",
  );
  expect((await run(["secrets", "unset", "OPENAI_API_KEY", ...at("one")], { cwd })).stdout).toBe(
    "OPENAI_API_KEY is not there\n",
  );
});

test("on a terminal it is asked for, and nothing of it is drawn", async () => {
  const { terminal, exit } = startOnTerminal(["secrets", "set", "MY_KEY", ...at("two")], { cwd });
  await terminal.waitFor("Value of MY_KEY");
  terminal.type(VALUE);
  await terminal.waitFor("••••");
  terminal.type("\r");
  expect(await exit).toBe(0);
  expect(terminal.text()).not.toContain(VALUE.slice(0, 6));
  expect(await parameter("two", "MY_KEY")).toMatchObject({ Value: VALUE });
});

test("the stage's own are made up where that is asked for, each time another", async () => {
  const generate = (name: string) => run(["secrets", "set", name, "--generate", ...at("three")], { cwd });
  await generate("WEBHOOK_SECRET");
  expect((await parameter("three", "WEBHOOK_SECRET"))?.Value).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  await generate("STAGE_TOKEN");
  const first = (await parameter("three", "STAGE_TOKEN"))?.Value;
  await generate("STAGE_TOKEN");
  expect((await parameter("three", "STAGE_TOKEN"))?.Value).not.toBe(first);
  expect(await generate("OPENAI_API_KEY")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("cannot be made up"),
  });
});

test.each([
  ["a value on the command line", ["OPENAI_API_KEY", VALUE], "", "does not stand on the command line"],
  ["nothing on stdin", ["OPENAI_API_KEY"], "\n", "it is empty"],
  ["more than a parameter holds", ["OPENAI_API_KEY"], "x".repeat(4097), "it has 4,097 bytes, of 4,096 at most"],
  ["a value with a NUL character", ["OPENAI_API_KEY"], `${VALUE}\0x`, "it holds a NUL character"],
  ["a name that Lambda has", ["AWS_ACCESS_KEY_ID"], VALUE, "A secret cannot be named AWS_ACCESS_KEY_ID"],
  ["a name that the system has", ["PATH"], VALUE, "A secret cannot be named PATH"],
  ["a name that Node reads before", ["NODE_OPTIONS"], VALUE, "A secret cannot be named NODE_OPTIONS"],
  ["a name that the infrastructure sets", ["AI_PIPELINE_STAGE"], VALUE, "A secret cannot be named AI_PIPELINE_STAGE"],
  ["a name of what every object has", ["toString", "--generate"], "", "A value for toString cannot be made up"],
  ["a webhook secret that is none", ["WEBHOOK_SECRET"], "hunter2", "it must be whsec_ and 24 to 64 bytes in base64"],
  ["a name no variable can have", ["my-key"], VALUE, "cannot be the name of a secret"],
])("%s is refused, and not repeated", async (_what, argv, stdin, message) => {
  const { exitCode, stdout, stderr } = await run(["secrets", "set", ...argv, ...at("four")], { cwd, stdin });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain(VALUE);
  expect((await run(["secrets", "list", ...at("four"), "--json"], { cwd })).events.at(-1)).toMatchObject({ count: 0 });
});

test("bytes that are no text are refused", async () => {
  const stdin = Buffer.from("sk-\xff\xfe", "latin1");
  const { exitCode, stdout, stderr } = await run(["secrets", "set", "OPENAI_API_KEY", ...at("five")], { cwd, stdin });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("What stdin holds is not UTF-8.\n  at stdin\n  Nothing was changed.");
  await expect(parameter("five", "OPENAI_API_KEY")).rejects.toMatchObject({ name: "ParameterNotFound" });
});

test("names like PATH_TO_IT and Bedrock's own key are free", async () => {
  for (const name of ["PATH_TO_IT", "AWS_BEARER_TOKEN_BEDROCK"]) {
    const { exitCode } = await run(["secrets", "set", name, ...at("six")], { cwd, stdin: VALUE });
    expect({ name, exitCode }).toEqual({ name, exitCode: 0 });
  }
});

test("a name that the worker's environment sets too is told, in a project", async () => {
  await using project = await makeFolder({
    ...PROJECT,
    "ai-pipeline.config.ts": 'export default { app: "my-app", worker: { environment: { MODEL: "small" } } };',
  });
  const set = (name: string) =>
    run(["secrets", "set", name, ...at("seven").slice(2)], { cwd: project.dir, stdin: VALUE });
  expect((await set("MODEL")).stderr).toContain("worker.environment sets MODEL too");
  expect((await set("OTHER")).stderr).not.toContain("worker.environment");
});

test.each([
  [["secrets", "set", `OPENAI_API_KEY=${VALUE}`], "SECRET_ON_COMMAND_LINE", "(secrets set OPENAI_API_KEY < FILE)"],
  [["secrets", "unset", `OPENAI_API_KEY=${VALUE}`], "SECRET_ON_COMMAND_LINE", "change it where you got it from"],
  [["secrets", "set", VALUE], "SECRET_NAME_INVALID", "Use letters, digits and _"],
  [["secrets", "set", VALUE, "OPENAI_API_KEY"], "SECRET_ON_COMMAND_LINE", "(secrets set NAME < FILE)"],
  [["secrets", "set", "KEY", VALUE, VALUE], "SECRET_ON_COMMAND_LINE", "(secrets set KEY < FILE)"],
  [["secrets", "set", "KEY", "--value", VALUE], "UNKNOWN_OPTION", "given on stdin"],
  [["secrets", "set", "KEY", `--value=${VALUE}`], "UNKNOWN_OPTION", "given on stdin"],
  [["secrets", "set", "KEY", `--value=x\n${VALUE}`], "UNKNOWN_OPTION", "given on stdin"],
  [["secrets", "set", "KEY", "--stag", VALUE], "UNKNOWN_OPTION", "Did you mean --stage?"],
  [["secrets", "set", "KEY", `-${VALUE}`], "UNKNOWN_OPTION", "given on stdin"],
  [["secrets", "list", VALUE], "EXCESS_ARGUMENTS", "Too many arguments for 'list'"],
  [["secrets", "put", "KEY", VALUE], "UNKNOWN_COMMAND", "There is an unknown command."],
  [["secrets", VALUE], "UNKNOWN_COMMAND", "See: ai-pipeline secrets --help"],
  [["secret", "set", "KEY", VALUE], "UNKNOWN_COMMAND", "Did you mean secrets?"],
  [[`OPENAI_API_KEY=${VALUE}`, "secrets"], "UNKNOWN_COMMAND", "See: ai-pipeline --help"],
  [["submit", "x", `--token=${VALUE}`], "UNKNOWN_OPTION", "Unknown option '--token'."],
  [["submit", "x", VALUE], "EXCESS_ARGUMENTS", "See: ai-pipeline submit --help"],
])("nothing of a value is repeated where a command line is wrong: %j", async (argv, code, hint) => {
  const [told, json] = await Promise.all([run(argv, { cwd }), run([...argv, "--json", "--debug"], { cwd })]);
  expect(told).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringContaining(hint) });
  expect(json.events).toMatchObject([{ type: "error", code }]);
  for (const { stdout, stderr } of [told, json]) expect(stdout + stderr).not.toContain(VALUE);
});

test("the stage of the embedded stack has none to set", async () => {
  const { exitCode, stderr } = await run(["secrets", "set", "OPENAI_API_KEY", "--app", "my-app"], {
    cwd,
    stdin: VALUE,
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("it is started, not deployed");
});
