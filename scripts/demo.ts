/**
 * The main job from end to end, by the command line alone: a project from a template on the embedded stack, a real PDF
 * summarised while its text streams, then an outage of the model with its three attempts, the dead-letter queue, the end of
 * the outage and a redrive. Nothing here knows the worker; the faults are met by its ordinary model client.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";

const root = join(import.meta.dirname, "..");
// Inside the repository, so that the template finds its dependencies here and the demo needs no second install.
const home = join(root, ".demo");
const project = join(home, "reports");
const cli = join(root, "bin/ai-pipeline.js");
const guide = join(root, "docs/operators-guide.pdf");

const readySchema = z.object({ type: z.literal("ready"), endpoint: z.string(), ms: z.number(), offline: z.boolean() });

const bold = (text: string) => (process.stdout.isTTY && !process.env["NO_COLOR"] ? `\u001B[1m${text}\u001B[22m` : text);

function say(title: string): void {
  process.stdout.write(`\n${bold(title)}\n`);
}

/** Runs one command as a user would and shows it. @throws Error when it does not exit as expected. */
async function run(cwd: string, args: string[], expected = 0): Promise<void> {
  process.stdout.write(
    `${bold(`$ ai-pipeline ${args.map((arg) => (/[\s"]/.test(arg) ? `"${arg}"` : arg)).join(" ")}`)}\n`,
  );
  const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: ["ignore", "inherit", "inherit"] });
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("exit", resolve));
  if (code !== expected) throw new Error(`ai-pipeline ${args[0]} exited with ${code}, not ${expected}.`);
}

/** Starts `dev` and waits for its first line. */
async function startDev(): Promise<ChildProcess> {
  const args = ["dev", "--headless", "--json", "--port", "0", "--speed", "60", "--fresh"];
  process.stdout.write(`${bold(`$ ai-pipeline ${args.join(" ")} &`)}\n`);
  const child = spawn(process.execPath, [cli, ...args], { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const event = readySchema.safeParse(JSON.parse(line)).data;
    if (!event) continue;
    const model = event.offline ? "offline" : "by environment";
    process.stdout.write(`Ready  ${event.endpoint} in ${Math.round(event.ms)} ms · stage local · model: ${model}\n`);
    // What follows belongs to the commands; the pipe must still be emptied.
    child.stdout.resume();
    return child;
  }
  throw new Error("dev ended before it was ready.");
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGINT");
  await exited;
}

async function demo(): Promise<void> {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });

  say("1. A project from a template");
  await run(home, ["init", "reports", "--template", "summarize", "--no-install"]);

  say("2. The embedded stack: queue, functions, tables, bucket, APIs and an offline model, on this machine alone");
  const dev = await startDev();
  try {
    say("3. A PDF of a dozen pages goes to the bucket and through the queue; its summary streams back");
    await run(project, [
      "submit",
      "Summarize this guide for a new colleague.",
      "--doc",
      relative(project, guide),
      "--watch",
    ]);

    say("4. The model's provider fails: every call is answered with 429");
    await run(project, ["faults", "set", "outage"]);
    await run(
      project,
      [
        "submit",
        "Summarize the attached report.",
        "--doc",
        "samples/report.pdf",
        "--task-id",
        "demo-outage",
        "--watch",
      ],
      3,
    );
    await run(project, ["dlq", "inspect"]);

    say("5. The outage ends, and the task is redriven: three new attempts, the same task");
    await run(project, ["faults", "clear"]);
    await run(project, ["dlq", "redrive", "--wait", "--yes"]);
    await run(project, ["tasks", "show", "demo-outage"]);
  } finally {
    await stop(dev);
  }
  say("Everything was stopped. The project is in .demo/reports; `npm run demo` makes it anew.");
}

try {
  await demo();
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
