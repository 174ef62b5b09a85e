import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const types = join(root, "dist", "types");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");

/** What a user's program says to each of the three entries; wrong uses are marked as such. */
const USES = `
import { defineConfig, type PipelineConfig } from "ai-pipeline";
import { createClient, type PipelineClient } from "ai-pipeline/client";
import { api, authorizer, defineWorker, model, reconciler, socket, type WorkerHandler } from "ai-pipeline/runtime";
import task from "ai-pipeline/schema/task.json" with { type: "json" };

export const config: PipelineConfig = defineConfig({ app: "reports", worker: { timeout: 60 } });
// @ts-expect-error A configuration without a name.
export const nameless: PipelineConfig = defineConfig({ worker: { timeout: 60 } });
export const client: PipelineClient = createClient({ url: "http://127.0.0.1:4566", token: "dev" });
export const handler: WorkerHandler = defineWorker({ run: async () => "done" });
export const functions = [api, socket, authorizer, reconciler, model];
export const schema: string = task.$schema;
`;

let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "ai-pipeline-types-"));
  await mkdir(join(project, "node_modules", "@types"), { recursive: true });
  // Beside us a user has Node's types, and nothing of what we are built with.
  await symlink(join(root, "node_modules", "@types", "node"), join(project, "node_modules", "@types", "node"));
  await symlink(join(root, "node_modules", "undici-types"), join(project, "node_modules", "undici-types"));
  await symlink(root, join(project, "node_modules", "ai-pipeline"));
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(join(project, "use.ts"), USES);
});

afterAll(() => rm(project, { recursive: true, force: true }));

test("the declarations import nothing but each other", async () => {
  const files = (await readdir(types, { recursive: true })).filter((file) => file.endsWith(".d.ts"));
  const foreign = await Promise.all(
    files.map(async (file) => {
      const code = (await readFile(join(types, file), "utf8")).replace(/\/\*.*?\*\//gs, "");
      const specifiers = [...code.matchAll(/\b(?:from |import |import\()"([^"]+)"/g)].map((match) => match[1] ?? "");
      return specifiers.filter((specifier) => !specifier.startsWith(".")).map((specifier) => `${file}: ${specifier}`);
    }),
  );
  expect(files.length).toBeGreaterThan(3);
  expect(foreign.flat()).toEqual([]);
});

test.each([
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
])("a strict program that checks its libraries compiles with $moduleResolution", async (options) => {
  const compilerOptions = {
    ...options,
    target: "es2022",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    resolveJsonModule: true,
    // As installed: not as a link into the checkout with its own node_modules.
    preserveSymlinks: true,
    types: ["node"],
  };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
  const compiled = promisify(execFile)(process.execPath, [compiler, "-p", project]);
  await expect(compiled.catch((error: { stdout: string }) => error.stdout)).resolves.toMatchObject({ stdout: "" });
});

test.each(["minimal", "prompt", "summarize"])("the template %s compiles", async (template) => {
  const workspace = await mkdtemp(join(tmpdir(), "ai-pipeline-template-"));
  try {
    await cp(join(root, "templates", template), join(workspace, template), { recursive: true });
    await symlink(join(root, "node_modules"), join(workspace, "node_modules"));
    await mkdir(join(workspace, template, "node_modules"));
    await symlink(root, join(workspace, template, "node_modules", "ai-pipeline"));
    const compiled = promisify(execFile)(process.execPath, [compiler, "-p", join(workspace, template)]);
    await expect(compiled.catch((error: { stdout: string }) => error.stdout)).resolves.toMatchObject({ stdout: "" });
  } finally {
    await rm(workspace, { recursive: true });
  }
});
