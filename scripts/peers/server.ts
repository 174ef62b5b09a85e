import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { callSqs } from "./sqs-http.ts";
import { end, plainEnv } from "./spawn.ts";

export interface FirstLine {
  text: string;
  atMs: number;
}

/** An AWS-compatible server in a process of its own. */
export interface RunningServer {
  name: string;
  endpoint: string;
  pid: number;
  /** From the start of the process to the first answer to SQS ListQueues, in ms. */
  answeredMs: number;
  /** The first line of its stdout, and when it came after the start of the process; undefined before. */
  firstLine(): FirstLine | undefined;
  close(): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Remembers a process that leads a group of its own, so that an interrupted run ends it too. */
export function track(child: ChildProcess): { close(): Promise<void> } {
  running.add(child);
  const close = async () => {
    await end(child);
    running.delete(child);
  };
  return { close };
}

/** Ends every server that is still there. */
export async function closeServers(): Promise<void> {
  await Promise.all([...running].map(end));
}

/** As `closeServers`, for a process that may not wait: it was told to end itself. */
export function killServers(): void {
  for (const { pid } of running) {
    if (pid === undefined) continue;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

export interface ServerOptions {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd: string;
  port: number;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}

/**
 * Starts a server and waits until it answers SQS, asked every 5 ms; so all are timed by the same clock, whatever they
 * print. @throws Error with the end of its output when it exits or is not there within 30 s.
 */
export async function startServer({ name, command, args, env, cwd, port }: ServerOptions): Promise<RunningServer> {
  const startedAt = performance.now();
  // In a process group of its own, so that Ctrl-C reaches it by us alone.
  const child = spawn(command, args, { cwd, env: plainEnv(env), stdio: ["ignore", "pipe", "pipe"], detached: true });
  const { close } = track(child);
  let stdout = "";
  let first: FirstLine | undefined;
  let said = "";
  const listen = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000));
  child.stdout.on("data", listen).on("data", (chunk: Buffer) => {
    if (first) return;
    stdout += chunk.toString();
    const length = stdout.indexOf("\n");
    if (length >= 0) first = { text: stdout.slice(0, length), atMs: performance.now() - startedAt };
  });
  child.stderr.on("data", listen);
  let failure: Error | undefined;
  child.on("error", (error) => (failure = error));
  const endpoint = `http://127.0.0.1:${port}`;
  while (performance.now() - startedAt < 30_000) {
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${said}`);
    if (child.pid !== undefined && (await answers(endpoint))) {
      const answeredMs = performance.now() - startedAt;
      return { name, endpoint, pid: child.pid, answeredMs, firstLine: () => first, close };
    }
    await sleep(5);
  }
  await close();
  throw new Error(`${name} did not answer within 30 s:\n${said}`);
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await callSqs(endpoint, "ListQueues", {});
    return true;
  } catch {
    return false;
  }
}

/** Waits for the first line a server prints on stdout, up to 10 s. */
export async function untilFirstLine(server: RunningServer): Promise<FirstLine> {
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(2)) {
    const line = server.firstLine();
    if (line) return line;
  }
  throw new Error(`${server.name} printed nothing within 10 s.`);
}
