import { spawn } from "@lydell/node-pty";
import { performance } from "node:perf_hooks";
import { plainEnv } from "../scripts/peers/spawn.ts";

/**
 * Runs Node on a pseudo-terminal of its own and ends it once the text was drawn.
 * @returns milliseconds from the start of the process until the terminal had received the text.
 * @throws Error with what was drawn when the process ends, or 15 s pass, without it.
 */
export function timeToText(args: string[], text: string, cwd: string): Promise<number> {
  const startedAt = performance.now();
  const env = { ...plainEnv(), TERM: "xterm-256color" };
  const terminal = spawn(process.execPath, args, { cols: 120, rows: 30, cwd, env });
  return new Promise((resolve, reject) => {
    let drawn = "";
    let elapsed: number | undefined;
    const timer = setTimeout(() => terminal.kill("SIGKILL"), 15_000);
    terminal.onData((data) => {
      drawn += data;
      if (elapsed !== undefined || !drawn.includes(text)) return;
      elapsed = performance.now() - startedAt;
      // Ctrl-C as a person would end it; a program that ends by itself is gone already.
      terminal.write("\u0003");
    });
    terminal.onExit(() => {
      clearTimeout(timer);
      if (elapsed === undefined) reject(new Error(`"${text}" was never drawn:\n${drawn.slice(-2000)}`));
      else resolve(elapsed);
    });
  });
}
