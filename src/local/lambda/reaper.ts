import { spawn, type ChildProcess } from "node:child_process";

/** Ends environments whose stack died without a word. */
export interface Reaper {
  watch(pid: number): void;
  forget(pid: number): void;
  /** Ends the watcher, and with it whatever it still watches. */
  close(): Promise<void>;
}

/*
 * A shell of a megabyte that waits on a pipe. When the stack dies, however it dies, the kernel closes the pipe, and the
 * shell kills the process groups that are left: hung loops and grandchildren included. A watchdog thread inside every
 * environment would cost each cold start 12 ms (measured) and could not end a process that is stopped.
 */
const SCRIPT = `
trap '' INT TERM HUP
pids=
while read -r op pid; do
  if [ "$op" = + ]; then pids="$pids $pid"; continue; fi
  rest=
  for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done
  pids=$rest
done
for p in $pids; do kill -9 "-$p" 2>/dev/null; done
[ -z "$1" ] || rm -rf -- "$1"
`;

/**
 * Starts with the first process to watch.
 *
 * @param temporary a folder to remove when the stack has died.
 * @param onWarning told when there is no shell to do it; environments then end only when they next read from the stack.
 */
export function createReaper(temporary: () => string | undefined, onWarning: (message: string) => void): Reaper {
  let child: ChildProcess | undefined;
  let exited: Promise<void> = Promise.resolve();

  const start = (): ChildProcess | undefined => {
    if (process.platform === "win32") return undefined;
    const shell = spawn("/bin/sh", ["-c", SCRIPT, "ai-pipeline-reaper", temporary() ?? ""], {
      // A session of its own: neither Ctrl-C nor the end of the terminal reaches it before its work is done.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    });
    exited = new Promise((resolve) => {
      shell.once("exit", () => resolve());
      shell.once("error", (error) => {
        onWarning(`Functions cannot be watched over (${error.message}): one that hangs may outlive a killed stack.`);
        resolve();
      });
    });
    shell.stdin?.on("error", () => {});
    shell.unref();
    return shell;
  };
  const tell = (line: string) => void child?.stdin?.write(line);

  return {
    watch(pid) {
      child ??= start();
      tell(`+ ${pid}\n`);
    },
    forget: (pid) => tell(`- ${pid}\n`),
    async close() {
      // Unreferenced until now, so that it kept nobody alive.
      child?.ref();
      child?.stdin?.end();
      await exited;
    },
  };
}
