import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cli } from "../../src/commands/shared/cli.ts";
import { systemClock } from "../../src/contract/clock.ts";
import type { Installation } from "../../src/lib/installation.ts";
import { invocation } from "../../src/lib/installation.ts";
import { InterruptedError } from "../../src/lib/interrupt.ts";
import type { Services } from "../../src/lib/services.ts";
import { createServices, runCli, runWithin } from "../../src/main.ts";

const root = resolve(import.meta.dirname, "../..");

export interface RunOptions {
  cwd: string;
  env?: Record<string, string>;
  /** What is on stdin; absent: it is empty. */
  stdin?: string | Uint8Array;
  services?: Services;
  installation?: Installation;
  /** What NO_COLOR leaves. Default false. */
  color?: boolean;
  /** As TERM=dumb makes it. Default false. */
  plain?: boolean;
}

/** A command at work in this process: real operations, real stack, streams of its own and no terminal. */
export interface RunningCommand {
  stdout(): string;
  stderr(): string;
  /** NDJSON on stdout, parsed. */
  events(): Record<string, unknown>[];
  /** Resolves when stdout or stderr holds the text. */
  waitFor(text: string | RegExp): Promise<void>;
  /** Ctrl-C. */
  interrupt(): void;
  exit: Promise<number>;
}

let nextPid = 1;
const INSTALLATION: Installation = { root, version: "0.1.0" };
const interrupt = (controller: AbortController) => controller.abort(new InterruptedError("SIGINT"));

/** What a command works with here: everything real, but for the streams. */
export function createCli(
  options: RunOptions,
  streams: Pick<Cli["io"], "stdin" | "stdout" | "stderr">,
  controller = new AbortController(),
): Cli {
  const env = options.env ?? {};
  const cli: Cli = {
    run: (argv) => runWithin(argv, cli),
    io: { ...streams, color: options.color ?? false, plain: options.plain ?? false },
    views: { operations: {} },
    interrupt: () => interrupt(controller),
    place: {
      cwd: options.cwd,
      env,
      clock: systemClock,
      signal: controller.signal,
      services: options.services ?? createServices(root, env),
      installation: options.installation ?? INSTALLATION,
      // Every command of a test is a process of its own to the others; this one certainly lives.
      pid: process.pid,
    },
  };
  return cli;
}

/** Starts a command line. Paths and the command's own name are told apart from this machine's. */
export function start(argv: string[], options: RunOptions): RunningCommand {
  const stdout = capture();
  const stderr = capture();
  const controller = new AbortController();
  const installation = options.installation ?? INSTALLATION;
  const stdin = new PassThrough();
  stdin.end(options.stdin ?? "");
  const exit = runCli(argv, createCli(options, { stdin, stdout: stdout.stream, stderr: stderr.stream }, controller));
  const clean = (text: string) =>
    text
      .replaceAll(invocation(installation, options.cwd), "ai-pipeline")
      .replaceAll(options.cwd, "<dir>")
      .replaceAll(root, "<root>");
  const running: RunningCommand = {
    stdout: () => clean(stdout.text()),
    stderr: () => clean(stderr.text()),
    events: () => parseLines(stdout.text()),
    interrupt: () => interrupt(controller),
    exit,
    async waitFor(text) {
      const until = Date.now() + 40_000;
      while (Date.now() < until) {
        const all = stdout.text() + stderr.text();
        if (typeof text === "string" ? all.includes(text) : text.test(all)) return;
        await sleep(10);
      }
      throw new Error(`Never printed ${String(text)}:\n${running.stdout()}\n${running.stderr()}`);
    },
  };
  return running;
}

/** Runs a command line to its end. */
export async function run(argv: string[], options: RunOptions) {
  const running = start(argv, options);
  const exitCode = await running.exit;
  return { exitCode, stdout: running.stdout(), stderr: running.stderr(), events: running.events() };
}

function parseLines(text: string): Record<string, unknown>[] {
  return (
    text
      .split("\n")
      // Help is plain text also beside `--json`, and JSON for people has many lines.
      .filter((line) => /^\{.*\}$/.test(line))
      .map((line) => {
        const value: unknown = JSON.parse(line);
        return typeof value === "object" && value !== null ? { ...value } : {};
      })
  );
}

function capture() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

export interface Folder extends AsyncDisposable {
  dir: string;
  write(files: Record<string, string>): Promise<void>;
}

/** An empty folder that is removed when its test ends (`await using`). */
export async function makeFolder(files: Record<string, string> = {}): Promise<Folder> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), `ai-pipeline-${nextPid++}-`)));
  // The search for a configuration ends here, whatever lies above.
  await mkdir(join(dir, ".git"));
  const write = async (more: Record<string, string>) => {
    for (const [path, text] of Object.entries(more)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
  };
  await write(files);
  return { dir, write, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Starts `dev` in a project, and waits until it is ready. Its endpoint is told with `--json` alone. */
export async function startDev(
  flags: string[],
  options: RunOptions,
): Promise<{ dev: RunningCommand; endpoint: string }> {
  const dev = start(["dev", "--headless", "--port", "0", ...flags], options);
  await dev.waitFor(flags.includes("--json") ? '"type":"ready"' : "Ready");
  return { dev, endpoint: String(dev.events().find(({ type }) => type === "ready")?.["endpoint"]) };
}

/** Starts `dev` on a project in a folder of its own. */
export async function startProject(files: Record<string, string>, flags: string[], options: { color?: boolean } = {}) {
  const folder = await makeFolder(files);
  return { folder, ...(await startDev(flags, { ...options, cwd: folder.dir })) };
}

/** Ends `dev`, as Ctrl-C does, and removes its folder. @throws Error when it does not end well. */
export async function endProject({ folder, dev }: { folder: AsyncDisposable; dev: RunningCommand }): Promise<void> {
  dev.interrupt();
  const exitCode = await dev.exit;
  await folder[Symbol.asyncDispose]();
  if (exitCode !== 0) throw new Error(`dev has ended with ${exitCode}:\n${dev.stderr()}`);
}

/** A project whose worker does as its prompt says: echo it, ask the model, fail, or wait until it is told to stop. */
export const PROJECT = {
  "package.json": '{ "name": "my-app", "type": "module" }\n',
  "ai-pipeline.config.ts":
    'import { defineConfig } from "ai-pipeline";\n\nexport default defineConfig({ app: "my-app", queue: { backoff: { base: 0, max: 0 } } });\n',
  "src/worker.ts": `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task, ctx) {
    if (task.prompt.startsWith("ask ")) return ctx.stream(ctx.model.stream([{ role: "user", content: task.prompt }]));
    if (task.prompt === "impossible") throw Object.assign(new TypeError("an impossible task"), { permanent: true });
    if (task.prompt === "fail") throw new TypeError("asked to fail");
    if (task.prompt === "wait") await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
    return \`echo: \${task.prompt}\`;
  },
});
`,
};
