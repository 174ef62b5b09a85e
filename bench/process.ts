import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { plainEnv } from "../scripts/peers/spawn.ts";
import { track } from "../scripts/peers/server.ts";

/** A command that has ended well. */
export interface Finished {
  /** Wall time of the whole process. */
  ms: number;
  /** The most memory that it held at a time, its children not counted; NaN where /proc is not there. */
  peakMegabytes: number;
  stdout: string;
}

/** Runs Node to the command's end. @throws Error with what it said when it fails. */
export async function runMeasured(
  args: string[],
  { cwd, env }: { cwd: string; env?: Record<string, string> },
): Promise<Finished> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    env: plainEnv(env),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const tracked = track(child);
  let said = "";
  let stdout = "";
  let peakMegabytes = NaN;
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  // The kernel keeps the highest; it is gone with the process.
  const look = setInterval(() => (peakMegabytes = highWater(child.pid) ?? peakMegabytes), 20);
  try {
    const code = await new Promise<number | null>(
      (resolve, reject) => void child.once("error", reject).once("close", resolve),
    );
    if (code !== 0) throw new Error(`node ${args.join(" ")} exited with ${code}.\n${said}`);
    return { ms: performance.now() - started, peakMegabytes, stdout };
  } finally {
    clearInterval(look);
    await tracked.close();
  }
}

function highWater(pid: number | undefined): number | undefined {
  try {
    const kibibytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}
