/**
 * Draws the README's pictures of `dev` and `submit --watch` from a real run: the built command line on pseudo-terminals, in a
 * project fresh from a template, with the offline model. Needs `npm run build` first.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { dirname, join, relative } from "node:path";
import { maskSecrets } from "./screens/mask.ts";
import { drawScreen } from "./screens/svg.ts";
import { runOnTerminal, type TerminalRun } from "./screens/terminal.ts";

const root = join(import.meta.dirname, "..");
// Inside the repository, so that the template finds its dependencies here.
const home = join(root, ".demo/screens");
const project = join(home, "reports");
const cli = join(root, "bin/ai-pipeline.js");
const images = join(root, "docs/images");
const SUBMIT = ["submit", "Summarize the attached report.", "--doc", "samples/report.pdf", "--watch"];

function start(cwd: string, args: string[]): TerminalRun {
  // Nothing else is passed on: a key or a NO_COLOR of this machine must not show in the pictures.
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: home,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
  };
  return runOnTerminal(process.execPath, [cli, ...args], { cwd, env });
}

/** The command as a reader would type it. */
function typed(args: string[]): string {
  return ["ai-pipeline", ...args.map((arg) => (arg.includes(" ") ? `"${arg}"` : arg))].join(" ");
}

/** @throws Error when the screen names this machine. */
function assertAnonymous(name: string, rows: string[]): void {
  const text = rows.join("\n");
  const own = [root, dirname(root), homedir(), userInfo().username, hostname()].filter((word) => word.length > 1);
  const found = own.find((word) => text.includes(word));
  if (found) throw new Error(`The screen of ${name} shows "${found}", which belongs to this machine:\n${text}`);
}

function save(name: string, run: TerminalRun, title: string): void {
  assertAnonymous(name, run.text());
  mkdirSync(images, { recursive: true });
  const path = join(images, `${name}.svg`);
  writeFileSync(path, drawScreen(maskSecrets(run.cells()), title));
  process.stdout.write(`Drew ${relative(root, path)}\n`);
}

/** Runs one command to its end. @throws Error with its screen when it fails. */
async function finish(run: TerminalRun, args: string[]): Promise<void> {
  const code = await run.exit;
  if (code !== 0) throw new Error(`${typed(args)} exited with ${code}:\n${run.text().join("\n").trimEnd()}`);
}

async function draw(): Promise<void> {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const init = ["init", "reports", "--template", "summarize", "--no-install"];
  await finish(start(home, init), init);

  const dev = start(project, ["dev", "--port", "0", "--fresh"]);
  try {
    // Without this, the picture would tell of the first build more than of the task.
    await dev.waitFor("its worker built", (rows) => rows.some((row) => row.includes("worker built")));
    const submit = start(project, SUBMIT);
    try {
      await finish(submit, SUBMIT);
    } finally {
      await submit.interrupt();
    }
    save("submit", submit, typed(SUBMIT));
    // The depths are measured every so often: the picture waits for those after the task's end.
    await dev.waitFor("the completed task and an empty queue", (rows) =>
      rows.some((row) => /queued 0 · in flight 0 .* completed 1 /.test(row)),
    );
    save("dev", dev, typed(["dev"]));
  } finally {
    await dev.interrupt();
  }
  rmSync(home, { recursive: true, force: true });
}

try {
  await draw();
} catch (error) {
  process.stderr.write(`\nThe screens were not drawn: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
