import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import type { Exit } from "./failures.ts";
import type { LogCapture } from "./log-capture.ts";
import type { Reaper } from "./reaper.ts";

export interface ChildOptions {
  /** Of `node`, the program's file last. */
  args: string[];
  cwd: string;
  env: Record<string, string>;
  capture: LogCapture;
  reaper: Reaper;
  /** Called once, after the process is gone and its output was read. */
  onExit(exit: Exit): void;
}

/** A process with a group of its own. */
export interface Child {
  /** Ends the whole group, at once. */
  kill(): void;
}

/** How long output may still come after the end; a grandchild that holds the pipes open does not hold us. */
const PIPE_PATIENCE_MS = 100;

/** Starts `node` with captured output; fd 3 carries framed log records. */
export function startChild({ args, cwd, env, capture, reaper, onExit }: ChildOptions): Child {
  const posix = process.platform !== "win32";
  // Detached: a process group of its own, so that whatever the handler starts ends with it.
  const child = spawn(process.execPath, args, { cwd, env, detached: posix, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const { pid } = child;

  const kill = () => {
    if (pid === undefined) return;
    try {
      process.kill(posix ? -pid : pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
  };
  const over = (exit: Exit) => {
    if (pid !== undefined) reaper.forget(pid);
    // What the handler started and left behind.
    kill();
    onExit(exit);
  };

  child.once("error", (error) => {
    capture.platform(`[local stack] The environment could not be started: ${error.message}`);
    if (pid === undefined) over({ code: 1, signal: null });
  });
  if (pid === undefined) return { kill };
  reaper.watch(pid);
  child.stdout?.on("data", capture.lines());
  child.stderr?.on("data", capture.lines());
  const records = child.stdio[3];
  if (records instanceof Readable) records.on("data", capture.frames());
  child.once("exit", (code, signal) => {
    const done = () => {
      clearTimeout(patience);
      child.off("close", done);
      over({ code, signal });
    };
    const patience = setTimeout(done, PIPE_PATIENCE_MS);
    child.once("close", done);
  });
  return { kill };
}
