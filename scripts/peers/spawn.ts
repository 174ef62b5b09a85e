import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the command is ended. */
  timeout?: number;
}

/** Runs a command to its end. @returns wall time in ms. @throws Error when it fails. */
export async function timeCommand(command: string, args: string[], options: CommandOptions = {}): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: "ignore", timeout: 60_000, ...options });
  const code = await exitCode(child, "exit");
  const elapsed = performance.now() - started;
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${code}.`);
  return elapsed;
}

/** An install may build what it fetched, beside others that do. */
const INSTALL_MS = 15 * 60_000;

/** Runs a command to its end. @returns its stdout. @throws Error with what it said when it fails. */
export async function output(command: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: INSTALL_MS, ...options });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await exitCode(child, "close");
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${code}.\n${stderr.slice(-2000)}`);
  return stdout;
}

function exitCode(child: ChildProcess, event: "exit" | "close"): Promise<number | null> {
  return new Promise((resolve, reject) => void child.once("error", reject).once(event, resolve));
}

/** Resident memory of one process in MB (10^6 bytes), its children not counted; undefined where /proc is not there. */
export function residentMegabytes(pid: number): number | undefined {
  try {
    const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}

/** The variables a peer is given: no AWS settings of the shell's, and the Node that runs the benchmark first. */
export function plainEnv(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { PATH = "", HOME, TMPDIR, JAVA_HOME } = process.env;
  return {
    PATH: `${dirname(process.execPath)}:${PATH}`,
    ...(HOME === undefined ? {} : { HOME }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...(JAVA_HOME === undefined ? {} : { JAVA_HOME }),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    ...more,
  };
}

/** Asks a process that leads a group of its own to end, makes it after five seconds, and ends what it left behind. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) await endLeader(child);
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing was left.
  }
}

async function endLeader(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const patience = new AbortController();
  const late = sleep(5000, "late", { signal: patience.signal }).catch(() => "ended");
  if ((await Promise.race([exited, late])) === "late") {
    child.kill("SIGKILL");
    await exited;
  }
  patience.abort();
}
