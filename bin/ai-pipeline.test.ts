import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const launcher = join(import.meta.dirname, "ai-pipeline.js");

/** Stands in for `dist/main.js`: does what its first argument asks for, and says how it was run. */
const PROGRAM = `
export function main() {
  const [task] = process.argv.slice(2);
  if (task === "wait") {
    setInterval(() => {}, 1000);
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(40 + signal.length));
  }
  console.log(JSON.stringify({ version: process.versions.node, pid: process.pid, args: process.argv.slice(2) }));
  if (task === "fail") process.exitCode = 3;
  if (task === "throw") throw new Error("a bug");
  if (task === "warn") {
    process.emitWarning("SQLite is an experimental feature and might change at any time", "ExperimentalWarning");
    process.emitWarning("Something else is experimental", { type: "ExperimentalWarning" });
  }
}
`;

/** Makes a Node of today say that it is an old one, where no old one is at hand. */
const PRETEND = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });`;

/** A folder with nothing above it that has a `node` package. */
let folder: string;
let installed: string;

interface Run {
  code: number | string | undefined;
  stdout: string;
  stderr: string;
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "ai-pipeline launcher ")));
  installed = join(folder, "package", "bin", "ai-pipeline.js");
  await mkdir(join(folder, "package", "bin"), { recursive: true });
  await mkdir(join(folder, "package", "dist"));
  await mkdir(join(folder, "empty"));
  await mkdir(join(folder, "project", "deep", "down"), { recursive: true });
  await mkdir(join(folder, "project", "node_modules", "node", "bin"), { recursive: true });
  await copyFile(launcher, installed);
  await writeFile(join(folder, "package", "package.json"), '{"type":"module"}');
  await writeFile(join(folder, "package", "dist", "main.js"), PROGRAM);
  await writeFile(join(folder, "pretend.cjs"), PRETEND);
  await giveNode(join(folder, "project"), process.versions.node);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function giveNode(project: string, version: string): Promise<void> {
  const home = join(project, "node_modules", "node");
  await mkdir(join(home, "bin"), { recursive: true });
  await writeFile(join(home, "package.json"), JSON.stringify({ name: "node", version }));
  await symlink(process.execPath, join(home, "bin", "node"));
}

/** npm's own variables would make an `npx` inside a test run behave as part of it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$)/i.test(name)));
}

function launch(node: string[], args: string[], cwd: string): Promise<Run> {
  const [program = "", ...options] = node;
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...options, installed, ...args],
      { cwd, env: cleanEnvironment() },
      (error, stdout, stderr) => resolve({ code: error ? (error.code ?? undefined) : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

function told({ stdout }: { stdout: string }): { version: string; pid: number; args: string[] } {
  return JSON.parse(stdout);
}

describe("on a current Node", () => {
  test("the program runs in the same process, with its arguments and exit code", async () => {
    const result = await launch([process.execPath], ["fail", "a b"], join(folder, "empty"));
    expect(told(result).args).toEqual(["fail", "a b"]);
    expect(result.code).toBe(3);
  });

  test("of all warnings only SQLite's is silenced", async () => {
    const { stderr } = await launch([process.execPath], ["warn"], join(folder, "empty"));
    expect(stderr).toContain("Something else is experimental");
    expect(stderr).not.toContain("SQLite");
  });

  test("a checkout that is not built says how to build it", async () => {
    const checkout = join(folder, "checkout");
    await mkdir(join(checkout, "bin"), { recursive: true });
    await writeFile(join(checkout, "package.json"), '{"type":"module"}');
    await copyFile(launcher, join(checkout, "bin", "ai-pipeline.js"));
    const failure: unknown = await promisify(execFile)(process.execPath, [
      join(checkout, "bin", "ai-pipeline.js"),
    ]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining("npm run build") });
  });

  test("an error inside the program is not taken for a missing build", async () => {
    const { code, stderr } = await launch([process.execPath], ["throw"], join(folder, "empty"));
    expect(code).toBe(1);
    expect(stderr).toContain("a bug");
  });
});

describe.each(oldNodes())("on $name", ({ node }) => {
  const old = () => node.map((part) => part.replace("<folder>", folder));

  test("it hands over to the node package of the project, however deep inside", async () => {
    const result = await launch(old(), ["fail", "it's a b"], join(folder, "project", "deep", "down"));
    expect(told(result)).toMatchObject({ version: process.versions.node, args: ["fail", "it's a b"] });
    expect(result.code).toBe(3);
    expect(result.stderr).toBe("");
  });

  test("it hands over to the node package beside itself", async () => {
    await giveNode(join(folder, "package"), process.versions.node);
    try {
      expect(told(await launch(old(), [], join(folder, "empty"))).version).toBe(process.versions.node);
    } finally {
      await rm(join(folder, "package", "node_modules"), { recursive: true });
    }
  });

  test("a node package that is too old itself is passed over", async () => {
    const project = join(folder, "outdated");
    await mkdir(project, { recursive: true });
    await rm(join(project, "node_modules"), { recursive: true, force: true });
    await giveNode(project, "22.17.1");
    expect((await launch(old(), [], project)).stderr).toContain("needs Node 22.18");
  });

  test("with none at hand it prints a command, and that command works", async () => {
    const { code, stdout, stderr } = await launch(old(), ["it's", "$HOME", "a b"], join(folder, "empty"));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const command = stderr.split("\n").find((line) => line.includes("npx "));
    const printed = await promisify(execFile)("sh", ["-c", command ?? "false"], {
      cwd: join(folder, "empty"),
      env: { ...cleanEnvironment(), PATH: pathWithoutOurs() },
    });
    expect(told(printed).args).toEqual(["it's", "$HOME", "a b"]);
    expect(told(printed).version).toMatch(/^24\./);
  });

  test.each([
    { signal: "SIGINT", code: 46 },
    { signal: "SIGTERM", code: 47 },
  ] as const)("$signal reaches the program, whose exit code is ours", async ({ signal, code }) => {
    const { child } = await waiting(old());
    child.kill(signal);
    expect(await ended(child)).toEqual({ code, signal: null });
  });

  test("a program killed by a signal is reported as such", async () => {
    const { child, pid } = await waiting(old());
    process.kill(pid, "SIGKILL");
    expect(await ended(child)).toEqual({ code: null, signal: "SIGKILL" });
  });

  test("no program outlives a killed launcher", async () => {
    const { child, pid } = await waiting(old());
    child.kill("SIGKILL");
    await expect.poll(() => alive(pid), { timeout: 15_000 }).toBe(false);
  });

  async function waiting(command: string[]): Promise<{ child: ChildProcess; pid: number }> {
    const [program = "", ...options] = command;
    const cwd = join(folder, "project");
    const child = spawn(program, [...options, installed, "wait"], { cwd, stdio: ["ignore", "pipe", "inherit"] });
    const line = await new Promise<string>((resolve) =>
      child.stdout.once("data", (data: Buffer) => resolve(String(data))),
    );
    return { child, pid: told({ stdout: line }).pid };
  }
});

test("every Node since 12.20 can read the launcher", async () => {
  const source = await readFile(launcher, "utf8");
  const [oldest, newest] = await Promise.all(
    ["node12.20", "esnext"].map((target) => transform(source, { target, format: "esm" })),
  );
  expect(oldest?.code).toBe(newest?.code);
});

/** @returns how to start a Node that is too old: a pretended one, and the system's where it is. */
function oldNodes(): { name: string; node: string[] }[] {
  const nodes = [{ name: "a pretended Node 20", node: [process.execPath, "--require", "<folder>/pretend.cjs"] }];
  try {
    const env = { ...process.env, PATH: pathWithoutOurs() };
    const version = execFileSync("node", ["--version"], { env, encoding: "utf8" }).trim();
    const path = execFileSync("node", ["-p", "process.execPath"], { env, encoding: "utf8" }).trim();
    if (Number(version.slice(1).split(".")[0]) < 22) nodes.push({ name: `the system's Node ${version}`, node: [path] });
  } catch {
    // No other Node on this machine.
  }
  return nodes;
}

/** @returns PATH without the folders npm puts in front, so that `node` is the system's. */
function pathWithoutOurs(): string {
  const path = (process.env["PATH"] ?? "").split(delimiter);
  return path.filter((entry) => !entry.includes("node_modules")).join(delimiter);
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
