import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const ENTRY = `import(${JSON.stringify(join(import.meta.dirname, "../../src/main.ts"))}).then(({ main }) => main());`;
const running = new Set<ChildProcess>();

/**
 * Starts the command line as a process of its own, as a shell does: signals are real.
 * @param prefix a command that runs the command it is given.
 */
export function launch(argv: string[], cwd: string, prefix: string[] = []) {
  const line = [...prefix, process.execPath, "--input-type=module", "--eval", ENTRY, "--", "ai-pipeline", ...argv];
  const child = spawn(line[0] ?? process.execPath, line.slice(1), {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let text = "";
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const check of waiting) check();
    });
  }
  const exit = once(child, "close").then(([code, signal]: unknown[]) => (running.delete(child), signal ?? code));
  const shown = (part: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => (text.includes(part) ? (waiting.delete(check), resolve()) : undefined);
      waiting.add(check);
      check();
      void exit.then(() => reject(new Error(`It ended before it printed ${part}:\n${text}`)));
    });
  return { child, exit, shown, text: () => text, stdout: () => stdout };
}

/** Ends what a failed test left. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}
