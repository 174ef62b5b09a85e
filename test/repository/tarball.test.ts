import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderBytes } from "../../scripts/build/size.ts";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

/** The product: the packed tarball, installed in a folder that knows nothing of this repository. */
let folder: string;
let files: string[];
const running = new Set<ChildProcessByStdio<null, Readable, null>>();

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "ai-pipeline-tarball-")));
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
  });
  const packed: { filename: string; files: { path: string }[] }[] = JSON.parse(stdout);
  files = packed.flatMap((tarball) => tarball.files.map(({ path }) => path));
  await mkdir(join(folder, "user"));
  const tarball = join(folder, packed[0]?.filename ?? "");
  await inside("user", "npm", "install", "--no-audit", "--no-fund", tarball);
});

afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

test("it holds what it needs and nothing of how it was made", () => {
  expect(files).toEqual(
    expect.arrayContaining([
      "LICENSE",
      "README.md",
      "bin/ai-pipeline.js",
      "dist/THIRD_PARTY_NOTICES.txt",
      "dist/functions/index.js",
      "dist/main.js",
      "dist/schema/task.json",
      "dist/types/index.d.ts",
      "infrastructure/terraform/queues.tf",
      "templates/minimal/gitignore",
      "templates/summarize/samples/report.pdf",
    ]),
  );
  const folders = new Set(files.map((file) => dirname(file).split("/")[0]));
  expect([...folders].sort()).toEqual([".", "bin", "dist", "infrastructure", "templates"]);
  expect(files.filter((file) => /^bin\/.*test|node_modules|\.ai-pipeline\/|\.map$/.test(file))).toEqual([]);
});

test("installed, it is at most 10 packages and 20 MB", async () => {
  const lock: { packages: object } = JSON.parse(
    await readFile(join(folder, "user", "node_modules", ".package-lock.json"), "utf8"),
  );
  const packages = Object.keys(lock.packages).length;
  const megabytes = (await folderBytes(join(folder, "user", "node_modules"))) / 1e6;
  process.stdout.write(`installed: ${packages} packages, ${megabytes.toFixed(1)} MB\n`);
  expect(packages).toBeLessThanOrEqual(10);
  expect(megabytes).toBeLessThanOrEqual(20);
});

test("every bundled package has its licence in the notices", async () => {
  const notices = await readFile(join(folder, "user/node_modules/ai-pipeline/dist/THIRD_PARTY_NOTICES.txt"), "utf8");
  expect(notices).toMatch(/^zod \d+\.\d+\.\d+ \(MIT\)$/m);
  expect(notices).toMatch(/^@aws-sdk\/client-sqs \d+\.\d+\.\d+ \(Apache-2\.0\)$/m);
  expect(notices).toContain("Apache License");
});

test("its command runs by npx", async () => {
  const { version }: { version: string } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  expect((await inside("user", "npx", "ai-pipeline", "--version")).stdout).toBe(`${version}\n`);
});

test("a project of template minimal works before any install", async () => {
  await init("minimal", "minimal", "--no-install");
  const { stdout, stderr } = await inside("user/minimal", "npx", "ai-pipeline", "submit", "What is a queue?", "--wait");
  expect(stdout).toContain("What is a queue?");
  expect(stderr).toContain("completed");
  const left = await readdir(join(folder, "user/minimal"));
  expect(left).toContain(".ai-pipeline");
  expect(left).not.toContain("node_modules");
});

test("it runs on the oldest Node it declares, without that one's warnings", async () => {
  const { engines }: { engines: { node: string } } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const oldest = engines.node.replace(">=", "");
  await init("minimal", "oldest", "--no-install");
  const program = ["node", "../node_modules/ai-pipeline/bin/ai-pipeline.js", "submit", "What is a queue?", "--wait"];
  const { stdout, stderr } = await inside("user/oldest", "npx", "--yes", "-p", `node@${oldest}`, ...program);
  expect(stdout).toContain("What is a queue?");
  expect(stderr).toContain("completed");
  expect(stderr).not.toContain("ExperimentalWarning");
});

test("an older Node prints a command that works here", async () => {
  const program = ["node", "node_modules/ai-pipeline/bin/ai-pipeline.js", "--version"];
  const refusal = await inside("user", "npx", "--yes", "-p", "node@20", ...program).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^ai-pipeline needs Node 22\.18 or newer; this is Node 20\./),
  });
  const [, command = ""] = /^ {2}(npx .*)$/m.exec(refusal instanceof Error ? refusal.message : "") ?? [];
  expect(command).toContain("node@24");
  expect((await inside("user", "sh", "-c", command)).stdout).toMatch(/^\d+\.\d+\.\d+/);
});

describe.each([
  { template: "minimal", task: ["What is a queue?"] },
  { template: "summarize", task: ["Summarize the attached report.", "--doc", "samples/report.pdf"] },
])("a project of template $template", ({ template, task }) => {
  const project = `user/${template}-installed`;

  beforeAll(() => init(template, `${template}-installed`), 300_000);

  test("type-checks", async () => {
    await expect(inside(project, "npx", "tsc")).resolves.toMatchObject({ stdout: "" });
  });

  test("runs under dev and takes a task", async () => {
    const dev = await startDev(join(folder, project));
    const { stdout } = await inside(project, "npx", "ai-pipeline", "submit", ...task, "--watch");
    expect(stdout.length).toBeGreaterThan(20);
    dev.child.kill("SIGINT");
    expect(await dev.exit).toBe(0);
  });

  test("passes its smoke check as it is", async () => {
    const { stdout, stderr } = await inside(project, "npx", "ai-pipeline", "smoke");
    expect(stdout + stderr).not.toContain("failed");
  });

  test("passes its own test", async () => {
    await expect(inside(project, "npm", "test")).resolves.toMatchObject({
      stdout: expect.stringMatching(/^# fail 0$|fail 0/m),
    });
  });
});

/** Scaffolds a project beside the installed package, without questions. */
async function init(template: string, name: string, ...flags: string[]): Promise<void> {
  await inside("user", "npx", "ai-pipeline", "init", name, "--template", template, ...flags);
}

interface Dev {
  child: ChildProcessByStdio<null, Readable, null>;
  exit: Promise<number | null>;
}

/** @returns once it says that it is ready. */
async function startDev(cwd: string): Promise<Dev> {
  const args = ["node_modules/ai-pipeline/bin/ai-pipeline.js", "dev", "--headless", "--json", "--port", "0"];
  const child = spawn(process.execPath, args, { cwd, env: environment(), stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  void exit.then(() => running.delete(child));
  const first = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    void exit.then((code) => reject(new Error(`dev exited with ${code} before it was ready`)));
  });
  expect(JSON.parse(first)).toMatchObject({
    type: "ready",
    endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  return { child, exit };
}

function inside(cwd: string, command: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run(command, args, { cwd: join(folder, cwd), env: environment() });
}

/** Without what npm and vitest tell their children: the user's shell knows nothing of them. */
function environment(): NodeJS.ProcessEnv {
  const ours = /^(npm_|VITEST|NODE_ENV$|NODE_OPTIONS$|TEST$|INIT_CWD$|OPENAI_|AI_PIPELINE_)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
