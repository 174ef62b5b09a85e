import { createHash } from "node:crypto";
import { readdir, readFile, stat, symlink, utimes } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { StackParameter } from "../../src/contract/variables.ts";
import { readZip } from "../../src/local/lambda/zip.ts";
import { makeFolder, PROJECT, run } from "../cli/harness.ts";

const TEMPLATE = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n";
const json = async <T>(...path: string[]): Promise<T> => JSON.parse(await readFile(join(...path), "utf8"));

test("two projects with the same sources are built into the same bytes, whenever that is", async () => {
  await using one = await makeFolder(PROJECT);
  await using other = await makeFolder(PROJECT);
  await utimes(join(other.dir, "src/worker.ts"), 0, 0);
  const [first, second] = await Promise.all(
    [one, other].map(({ dir }) => run(["build", "--stage", "dev", "--json"], { cwd: dir })),
  );
  expect(first?.exitCode).toBe(0);
  for (const name of ["worker.zip", "api.zip"])
    expect(await readFile(join(one.dir, "dist", name))).toEqual(await readFile(join(other.dir, "dist", name)));
  const archivesOf = (result: typeof first) =>
    JSON.stringify(result?.events.at(-1)?.["archives"]).replaceAll(/"file":"[^"]*"/g, "");
  expect(archivesOf(first)).toBe(archivesOf(second));
});

test("an archive holds the code with its source maps, as an ES module", async () => {
  await using folder = await makeFolder(PROJECT);
  const { events } = await run(["build", "--stage", "dev", "--json"], { cwd: folder.dir });
  expect((await stat(join(folder.dir, ".ai-pipeline"))).mode & 0o777).toBe(0o700);
  const built = events.find((event) => event["type"] === "archive" && event["state"] === "built");
  const zip = await readFile(join(folder.dir, "dist", "worker.zip"));
  const files = new Map(readZip(zip).map(({ name, data }) => [name, data.toString()]));
  expect(JSON.parse(files.get("package.json") ?? "")).toEqual({ type: "module" });
  expect(files.get("index.js")).toContain("asked to fail");
  expect(JSON.parse(files.get("index.js.map") ?? "")).toMatchObject({
    sources: expect.arrayContaining([expect.stringMatching(/src\/worker\.ts$/)]),
  });
  expect(built?.["archive"]).toMatchObject({
    name: "worker",
    roles: ["worker"],
    bytes: zip.length,
    unzippedBytes: [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    sha256: createHash("sha256").update(zip).digest("base64"),
  });
});

test("both kinds of variables say what the configuration says", async () => {
  await using folder = await makeFolder({
    ...PROJECT,
    "ai-pipeline.config.ts": `export default {
      app: "my-app",
      worker: { timeout: 20, environment: { MODEL: "small", OPENAI_API_KEY: "sk-0123456789abcdef" } },
      documents: { buckets: ["a-bucket", "b-bucket"] },
      stages: { prod: { worker: { maxConcurrency: 9 } } },
    };`,
  });
  const { stdout, stderr, exitCode } = await run(["build", "--stage", "prod", "--out", "out"], { cwd: folder.dir });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("warning: worker.environment.OPENAI_API_KEY looks like a secret");
  expect(stderr).toContain("ai-pipeline secrets set OPENAI_API_KEY --stage prod\n");
  expect(stderr).not.toMatch(/sk-0|environment\.MODEL/);
  expect(stdout.split("\n")).toEqual([
    "<dir>/out/worker.zip",
    "<dir>/out/api.zip",
    "<dir>/out/terraform.tfvars.json",
    "<dir>/out/parameters.json",
    "",
  ]);
  const terraform = await json<Record<string, unknown>>(folder.dir, "out/terraform.tfvars.json");
  expect(terraform).toMatchObject({
    app: "my-app",
    stage: "prod",
    worker_timeout: 20,
    worker_max_concurrency: 9,
    worker_environment: { MODEL: "small", OPENAI_API_KEY: "sk-0123456789abcdef" },
    queue_visibility_timeout: 120,
    document_buckets: ["a-bucket", "b-bucket"],
    worker_code: "../out/worker.zip",
  });
  const parameters = Object.fromEntries(
    (await json<StackParameter[]>(folder.dir, "out/parameters.json")).map(({ ParameterKey, ParameterValue }) => [
      ParameterKey,
      ParameterValue,
    ]),
  );
  expect(parameters).toMatchObject({
    App: "my-app",
    WorkerTimeout: "20",
    WorkerMaxConcurrency: "9",
    DocumentBuckets: "a-bucket,b-bucket",
    WorkerCode: expect.stringMatching(/^my-app\/prod\/worker-[0-9a-f]{32}\.zip$/),
  });
  // One list: what the one is told, the other is told too.
  const names = Object.keys(parameters).map((name) => name.replaceAll(/(?<!^)[A-Z]/g, "_$&").toLowerCase());
  const told = Object.keys(terraform).filter((name) => name !== "worker_environment" && !name.endsWith("_sha256"));
  expect(names.toSorted()).toEqual(told.toSorted());
});

test("code that does not compile is named with file and line, and nothing is written", async () => {
  await using folder = await makeFolder({ ...PROJECT, "src/worker.ts": "export const handler = ;\n" });
  const { exitCode, stderr } = await run(["build", "--stage", "dev"], { cwd: folder.dir });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("src/worker.ts:1:24");
  await expect(readFile(join(folder.dir, "dist", "worker.zip"))).rejects.toThrow("ENOENT");
});

test.each(["/proc/x", "ai-pipeline.config.ts"])("--out %s is refused before anything is built", async (out) => {
  await using folder = await makeFolder(PROJECT);
  const { exitCode, stderr } = await run(["build", "--stage", "dev", "--out", out], { cwd: folder.dir });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("Error: The folder cannot be made.\n");
  expect(stderr).toContain(`at ${out.startsWith("/") ? out : `<dir>/${out}`}\n`);
  expect(stderr).not.toContain("building");
});

test.each([
  ["the project itself", "."],
  ["the project's source code", "src"],
  ["the project's infrastructure as code", "infra"],
  ["the project's infrastructure as code", "link"],
  ["the root of the file system", "/"],
  ["your home folder", "home"],
])("a build does not go to %s (--out %s)", async (what, out) => {
  await using folder = await makeFolder({ ...PROJECT, "infra/template.yaml": TEMPLATE, "home/x": "" });
  await symlink("infra", join(folder.dir, "link"));
  const before = await readdir(folder.dir, { recursive: true });
  const { exitCode, events } = await run(["build", "--stage", "dev", "--json", "--out", out], {
    cwd: folder.dir,
    env: { HOME: join(folder.dir, "home") },
  });
  expect(exitCode).toBe(1);
  expect(events.at(-1)).toMatchObject({
    code: "DIRECTORY_REFUSED",
    where: resolve(folder.dir, out),
    message: expect.stringContaining(what),
    hint: expect.anything(),
  });
  expect(await readdir(folder.dir, { recursive: true })).toEqual(before);
});

test("nor to a folder that infrastructure will be added to, but to one below it", async () => {
  await using folder = await makeFolder(PROJECT);
  const build = (out: string) => run(["build", "--stage", "dev", "--out", out], { cwd: folder.dir });
  expect((await build("infra")).stderr).toContain("infrastructure as code");
  expect((await build("infra/built")).exitCode).toBe(0);
});

test("of two templates none is taken in silence", async () => {
  await using folder = await makeFolder({
    ...PROJECT,
    "infra/template.yaml": TEMPLATE,
    "infra/template.json": '{"Resources":{"A":{}}}',
  });
  const { exitCode, events } = await run(["build", "--stage", "dev", "--json"], { cwd: folder.dir });
  expect(exitCode).toBe(1);
  expect(events.at(-1)).toMatchObject({
    code: "IAC_AMBIGUOUS",
    message: "There are several templates: template.json and template.yaml.",
    where: join(folder.dir, "infra"),
  });
  expect(events.filter(({ type }) => type === "archive")).toEqual([]);
});

test.each([
  ["is empty", "", "nothing"],
  ["has another name for it", "export const handle = () => 1;", "`handle`"],
  ["has none of its own", "export default () => 1;", "`default`"],
])("a worker that %s is refused before anything is written", async (_what, source, exported) => {
  await using folder = await makeFolder({ ...PROJECT, "src/worker.ts": source });
  const { exitCode, events } = await run(["build", "--stage", "dev", "--json"], { cwd: folder.dir });
  expect(exitCode).toBe(1);
  expect(events.at(-1)).toMatchObject({
    code: "FUNCTION_BROKEN",
    where: "src/worker.ts",
    message: expect.stringContaining(`src/worker.ts does not export \`handler\` (it exports ${exported})`),
  });
  expect(await readdir(join(folder.dir, "dist"))).toEqual([]);
});

test("so is an API of the project's own that lacks a function, but not a handler that CommonJS exports", async () => {
  await using folder = await makeFolder({
    ...PROJECT,
    "ai-pipeline.config.ts":
      'export default { app: "my-app", worker: { entry: "w.cjs" }, api: { entry: "src/api.ts" } };',
    "w.cjs": "exports.handler = async () => ({ batchItemFailures: [] });\n",
    "src/api.ts": 'export { api, socket } from "ai-pipeline/runtime";\n',
  });
  const { exitCode, events } = await run(["build", "--stage", "dev", "--json"], { cwd: folder.dir });
  expect(exitCode).toBe(1);
  expect(events.find(({ archive }) => archive !== undefined)).toMatchObject({ name: "worker", state: "built" });
  expect(events.at(-1)).toMatchObject({
    where: "src/api.ts",
    message: expect.stringContaining("src/api.ts does not export `authorizer`, `reconciler`"),
  });
});

test("an addon for another system is built in, with a warning", async () => {
  await using folder = await makeFolder({
    ...PROJECT,
    "src/worker.ts": 'import addon from "./addon.node";\nexport const handler = () => addon;\n',
    "src/addon.node": "MZ, as Windows has it, with more behind",
  });
  const { exitCode, stderr } = await run(["build", "--stage", "dev"], { cwd: folder.dir });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/warning: addon-\w+\.node is for Windows; the functions run on Linux on arm64\. Install .+\n/);
});

test("a worker beyond Lambda's limit is refused, with the file that makes it so", async () => {
  await using folder = await makeFolder({
    ...PROJECT,
    "src/worker.ts": 'import big from "./big.node";\nexport const handler = () => big;\n',
    "src/big.node": "x".repeat(270_000_000),
  });
  const { exitCode, events } = await run(["build", "--stage", "dev", "--json"], { cwd: folder.dir });
  expect(exitCode).toBe(1);
  expect(events.at(-1)).toMatchObject({
    code: "ARCHIVE_TOO_LARGE",
    message: expect.stringContaining("270 MB"),
    hint: [expect.stringMatching(/big-.*\.node \(270 MB\)/), expect.any(String)],
  });
});
