import { describe, expect, test } from "vitest";
import { findProject } from "../../src/lib/config/load.ts";
import { makeFolder, run } from "./harness.ts";

describe("a configuration is found in every form", () => {
  const object = '{ "app": "my-app", "queue": { "maxAttempts": 4 } }';
  test.each<[string, string]>([
    [
      "ai-pipeline.config.ts",
      `import { defineConfig } from "ai-pipeline";\nconst typed: number = 4;\nexport default defineConfig({ app: "my-app", queue: { maxAttempts: typed } });`,
    ],
    ["ai-pipeline.config.mts", `export default ${object};`],
    ["ai-pipeline.config.cts", `module.exports = ${object};`],
    ["ai-pipeline.config.js", `export default ${object};`],
    ["ai-pipeline.config.mjs", `import { defineConfig } from "ai-pipeline";\nexport default defineConfig(${object});`],
    ["ai-pipeline.config.cjs", `module.exports = ${object};`],
    ["ai-pipeline.config.json", object],
    ["ai-pipeline.config.yaml", "app: my-app\nqueue:\n  maxAttempts: 4\n"],
    [".ai-pipelinerc", "app: my-app\nqueue:\n  maxAttempts: 4\n"],
    [".ai-pipelinerc.json", object],
    [".ai-pipelinerc.yml", "app: my-app\nqueue: { maxAttempts: 4 }\n"],
    [".ai-pipelinerc.ts", `export default ${object};`],
    [".config/ai-pipelinerc.json", object],
    ["package.json", `{ "name": "x", "ai-pipeline": ${object} }`],
  ])("%s", async (file, text) => {
    await using folder = await makeFolder({ [file]: text, "src/deep/er/x.ts": "" });
    const project = await findProject(`${folder.dir}/src/deep/er`, "local");
    expect(project).toMatchObject({
      dir: folder.dir,
      file: `${folder.dir}/${file}`,
      config: { app: "my-app", queue: { maxAttempts: 4 } },
    });
  });
});

test("a configuration may import what lies beside it, and packages of the project", async () => {
  await using folder = await makeFolder({
    "ai-pipeline.config.ts":
      'import { name } from "./name.ts";\nimport { port } from "settings";\nexport default { app: name, local: { port } };',
    "name.ts": 'export const name: string = "beside";',
    "node_modules/settings/package.json": '{ "name": "settings", "type": "module", "exports": "./index.js" }',
    "node_modules/settings/index.js": "export const port = 4999;",
  });
  expect((await findProject(folder.dir, "local"))?.config).toMatchObject({ app: "beside", local: { port: 4999 } });
});

test("defaults follow the article", async () => {
  await using folder = await makeFolder({ "ai-pipeline.config.json": '{ "app": "my-app" }' });
  expect((await findProject(folder.dir, "prod"))?.config).toEqual({
    app: "my-app",
    stage: "prod",
    worker: { entry: "src/worker.ts", timeout: 50, memory: 1024, environment: {}, maxConcurrency: 5 },
    api: { allowedOrigins: [] },
    queue: {
      maxAttempts: 3,
      batchSize: 1,
      batchWindow: 0,
      visibilityTimeout: 300,
      retention: 345_600,
      deadLetterRetention: 1_209_600,
      backoff: { base: 5, max: 300 },
    },
    model: { timeoutRatio: 0.8 },
    documents: { buckets: [] },
    webhooks: {},
    results: { ttlDays: 14 },
    logs: { retentionDays: 30 },
    alarms: { costPerHour: 10, messageAge: 900 },
    local: { port: 4566, faults: [] },
  });
});

test("a stage's settings go over the project's, setting by setting", async () => {
  const config = {
    app: "my-app",
    worker: { timeout: 20, environment: { FIRST: "1", SECOND: "1" } },
    queue: { backoff: { base: 1, max: 9 } },
    documents: { buckets: ["all-docs"] },
    stages: {
      prod: {
        worker: { memory: 2048, environment: { SECOND: "2" } },
        queue: { backoff: { max: 60 } },
        documents: { buckets: ["prod-docs"] },
      },
    },
  };
  await using folder = await makeFolder({ "ai-pipeline.config.json": JSON.stringify(config) });
  expect((await findProject(folder.dir, "prod"))?.config).toMatchObject({
    worker: { timeout: 20, memory: 2048, environment: { FIRST: "1", SECOND: "2" } },
    queue: { visibilityTimeout: 120, backoff: { base: 1, max: 60 } },
    documents: { buckets: ["prod-docs"] },
  });
  expect((await findProject(folder.dir, "local"))?.config).toMatchObject({
    worker: { memory: 1024, environment: { SECOND: "1" } },
    documents: { buckets: ["all-docs"] },
  });
});

test("variables that only look like Lambda's own may be set, and the local stage may take its time", async () => {
  const environment = {
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper",
    AWS_MAX_ATTEMPTS: "2",
    TZ: "UTC",
    NODE_OPTIONS: "--no-warnings",
  };
  const config = { app: "my-app", worker: { environment }, stages: { local: { worker: { timeout: 3600 } } } };
  await using folder = await makeFolder({ "ai-pipeline.config.json": JSON.stringify(config) });
  expect((await findProject(folder.dir, "local"))?.config.worker).toMatchObject({ timeout: 3600, environment });
  expect((await findProject(folder.dir, "prod"))?.config.worker).toMatchObject({ timeout: 50 });
});

describe("a broken configuration names file, line, field and mend", () => {
  const file = "ai-pipeline.config.ts";
  const wrap = (body: string) =>
    `import { defineConfig } from "ai-pipeline";\n\nexport default defineConfig({\n  app: "my-app",\n${body}\n});\n`;
  test.each<[string, string, string, string]>([
    [
      "a wrong type",
      wrap('  queue: { maxAttempts: "3" },'),
      '`queue.maxAttempts` must be a whole number from 2 to 1,000, not "3".',
      "5:12",
    ],
    [
      "out of range",
      wrap("  worker: {\n    maxConcurrency: 1,\n  },"),
      "`worker.maxConcurrency` must be a whole number from 2 to 1,000, not 1.",
      "6:5",
    ],
    [
      "a misspelt setting",
      wrap("  worker: { memroy: 3 },"),
      "`worker.memroy` is not a setting; did you mean memory?",
      "5:13",
    ],
    [
      "a wrong app",
      'export default { app: "My App" };',
      "`app` must be lower-case letters, digits and hyphens",
      "1:18",
    ],
    ["no app", "export default { queue: {} };", "`app` must be lower-case letters", ""],
    ["a section that is none", wrap("  queue: 3,"), "`queue` must be an object, not 3.", "5:3"],
    [
      "visibility below the timeout",
      wrap("  worker: { timeout: 60 },\n  queue: { visibilityTimeout: 30 },"),
      "`queue.visibilityTimeout` must be at least worker.timeout (60 s",
      "6:12",
    ],
    [
      "reserved below the cap",
      wrap("  worker: { reservedConcurrency: 3 },"),
      "`worker.reservedConcurrency` must be at least worker.maxConcurrency (5)",
      "5:13",
    ],
    [
      "a batch without a window",
      wrap("  queue: { batchSize: 11 },"),
      "`queue.batchSize` over 10 (11) needs queue.batchWindow",
      "5:12",
    ],
    [
      "dead letters that expire first",
      wrap("  queue: { deadLetterRetention: 3600 },"),
      "`queue.deadLetterRetention` must be over queue.retention",
      "5:12",
    ],
    [
      "retention too short",
      wrap("  queue: { retention: 600 },"),
      "`queue.retention` must hold queue.maxAttempts x visibility timeout (900 s)",
      "5:12",
    ],
    [
      "a bad stage",
      wrap("  stages: { prod: { worker: { timeout: 0 } } },"),
      "`stages.prod.worker.timeout` must be a whole number from 1",
      "5:31",
    ],
    [
      "a timeout that Lambda does not take",
      wrap("  worker: { timeout: 901 },"),
      "`worker.timeout` must be a whole number from 1 to 900 (seconds; under stages.local to 43,200), not 901.",
      "5:13",
    ],
    [
      "one of a stage",
      wrap("  stages: { prod: { worker: { timeout: 1000 } } },"),
      "`stages.prod.worker.timeout` must be a whole number from 1 to 900 (seconds; under stages.local to 43,200), not 1000.",
      "5:31",
    ],
    [
      "a variable that Lambda sets itself",
      wrap('  worker: { environment: { AWS_REGION: "eu-west-1" } },'),
      "`worker.environment.AWS_REGION` cannot be set: Lambda sets it itself.",
      "5:28",
    ],
    [
      "one that begins with _",
      wrap('  worker: { environment: { _HANDLER: "x" } },'),
      "`worker.environment._HANDLER` cannot be set: Lambda sets it itself.",
      "5:28",
    ],
    [
      "a variable that is the stage's own setting",
      wrap('  worker: { environment: { AI_PIPELINE_ALLOW_LOOPBACK: "1" } },'),
      "`worker.environment.AI_PIPELINE_ALLOW_LOOPBACK` cannot be set: AI_PIPELINE_ begins the stage's own settings.",
      "5:28",
    ],
    [
      "a variable's name of one letter",
      wrap('  worker: { environment: { X: "1" } },'),
      "`worker.environment.X` must be named by letters, digits and _, two at least, beginning with a letter.",
      "5:28",
    ],
    [
      "more variables than Lambda takes",
      wrap('  worker: { environment: { LONG: "x".repeat(3500) } },'),
      "`worker.environment` takes 3,510 bytes beside the stage's own settings, which leave about 3,1",
      "5:13",
    ],
    [
      "a domain with a wildcard",
      wrap(
        '  api: { domain: { name: "*.example.com", certificate: "arn:aws:acm:eu-west-1:123456789012:certificate/a" } },',
      ),
      '`api.domain.name` must be a host name without a wildcard, in lower case, such as api.example.com, not "*.example.com".',
      "5:20",
    ],
    ["a syntax error", wrap("  queue: { maxAttempts 3 },"), "The configuration does not compile: Expected", "5:24"],
    [
      "an error while it runs",
      'throw new Error("no such variable");',
      "The configuration failed while it ran: no such variable",
      "1:7",
    ],
    [
      "an end of the program",
      "process.exit(0);",
      "The configuration failed while it ran: it calls process.exit(0)",
      "1:9",
    ],
    [
      "an error in the middle of typed code",
      'type Port = { port: number };\n\nconst local: Port | undefined = undefined as Port | undefined;\nexport default {\n  app: "my-app",\n  local: { port: local!.port },\n};',
      "Cannot read properties of undefined (reading 'port')",
      "6:25",
    ],
    [
      "a file that is not there",
      'import { readFileSync } from "node:fs";\nexport default {\n  app: readFileSync("name.txt", "utf8"),\n};',
      "ENOENT",
      "3:8",
    ],
    [
      "a missing package",
      'import "left-pad";\nexport default {};',
      "The configuration failed while it ran: Cannot find package 'left-pad'\n",
      "1:8",
    ],
    [
      "nothing exported",
      "export const config = {};",
      "The configuration cannot be used: it is empty, or exports nothing as its default.",
      "",
    ],
  ])("%s", async (_name, text, message, place) => {
    await using folder = await makeFolder({ [file]: text });
    const { exitCode, stdout, stderr } = await run(["submit", "hello"], { cwd: folder.dir });
    expect(stderr).toContain(message);
    expect(stderr).toContain(`at <dir>/${file}${place ? `:${place}` : ""}\n`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.split("\n").filter((line) => /^\s+at /.test(line))).toHaveLength(1);
  });

  test.each([
    ["ai-pipeline.config.json", '{\n  "app": "my-app",\n  "queue" {}\n}', "3:11", 'a colon is missing after "queue"'],
    ["ai-pipeline.config.json", '{\n  "app": nope\n}', "2:10", "a value must stand here, not nope"],
    ["ai-pipeline.config.yaml", "app: my-app\n queue: 3\n", "2:7", "bad indentation of a mapping entry"],
    [".ai-pipelinerc", '{\n  "app": "my-app"\n', "3:1", "the } is missing that ends the { of line 1"],
    [".ai-pipelinerc", "app: my-app\nqueue: { maxAttempts: 3\n", "3:1", "deficient indentation"],
    ["package.json", '{\n  "ai-pipeline": { "app": "my-app", }\n}', "2:37", "there is a comma too many before this }"],
  ])("%s that cannot be parsed: %j", async (name, text, place, message) => {
    await using folder = await makeFolder({ [name]: text });
    const { exitCode, stderr } = await run(["submit", "hello"], { cwd: folder.dir });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`at <dir>/${name}:${place}\n`);
    expect(stderr).toContain(`Mend ${name} and run the command again.`);
  });

  test.each([
    [file, "export default null;"],
    ["ai-pipeline.config.cjs", "module.exports = null;"],
    ["ai-pipeline.config.json", "null"],
    ["ai-pipeline.config.yaml", "# app: my-app\n"],
    ["ai-pipeline.config.yaml", "null\n"],
    [".ai-pipelinerc", "~\n"],
  ])("%s that holds nothing (%j) is not taken for none", async (name, text) => {
    await using folder = await makeFolder({ [name]: text });
    const { exitCode, stderr } = await run(["submit", "hello"], { cwd: folder.dir });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/The configuration cannot be (used: it is empty|read: .*empty)/);
    expect(stderr).toContain(`at <dir>/${name}`);
  });

  test("one that throws in a file it imports, beside a package, names that file", async () => {
    await using folder = await makeFolder({
      [file]: 'import { port } from "./port.ts";\nexport default { app: "my-app", local: { port: port() } };',
      "port.ts":
        'import { base } from "settings";\n\nexport function port(): number {\n  throw new Error(`not ${base}`);\n}\n',
      "node_modules/settings/package.json": '{ "name": "settings", "type": "module", "exports": "./index.js" }',
      "node_modules/settings/index.js": "export const base = 4999;",
    });
    const { stderr } = await run(["submit", "hello"], { cwd: folder.dir });
    expect(stderr).toContain("The configuration failed while it ran: not 4999\n  at <dir>/port.ts:4:9\n");
    expect(stderr).toContain("throw new Error(`not ${base}`);");
  });

  test("settings in package.json are looked for where they stand", async () => {
    const text =
      '{\n  "app": "not this",\n  "queue": { "maxAttempts": 1 },\n  "ai-pipeline": { "app": "my-app", "queue": { "maxAttempts": 1 } }\n}';
    await using folder = await makeFolder({ "package.json": text });
    expect((await run(["submit", "hello"], { cwd: folder.dir })).stderr).toContain("at <dir>/package.json:4:48\n");
  });

  test("all of its errors are told at once", async () => {
    await using folder = await makeFolder({
      [file]: wrap("  queue: { batchSize: 0, maxAttempts: 1 },\n  worker: { timeout: -1 },"),
    });
    const { stderr } = await run(["dev", "--headless"], { cwd: folder.dir });
    expect(stderr).toMatchInlineSnapshot(`
      "Error: The configuration is wrong: \`worker.timeout\` must be a whole number from 1 to 900 (seconds; under stages.local to 43,200), not -1.
        at <dir>/ai-pipeline.config.ts:6:13
        Also \`queue.maxAttempts\` must be a whole number from 2 to 1,000, not 1 (line 5).
        Also \`queue.batchSize\` must be a whole number from 1 to 10,000, not 0 (line 5).
        Mend \`worker.timeout\` in ai-pipeline.config.ts and run the command again.
      "
    `);
  });
});
