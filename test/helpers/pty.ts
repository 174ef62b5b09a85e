import { spawn } from "@lydell/node-pty";
import { join } from "node:path";
import xterm from "@xterm/headless";
import { expect, vi } from "vitest";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

/** What runs the program from source, as a process of its own; its arguments follow. */
export const FROM_SOURCE = [
  process.execPath,
  "--input-type=module",
  "--eval",
  `import(${JSON.stringify(MAIN)}).then(({ main }) => main());`,
  "--",
  "ai-pipeline",
] as const;

/** A real pseudo-terminal with a process in it. */
export interface Pty extends Disposable {
  write(keys: string): void;
  /** What a person sees, and has scrolled past. */
  screen(): string;
  /** All that was written, escape sequences included. */
  raw(): string;
  /** Resolves when the screen shows it. */
  shows(text: string | RegExp): Promise<void>;
  /** The exit code. */
  exit: Promise<number>;
}

export function openPty(
  [file = "", ...argv]: readonly string[],
  options: { cwd: string; env?: Record<string, string>; columns?: number },
): Pty {
  const size = { cols: options.columns ?? 200, rows: 50 };
  const { NO_COLOR: _noColor, ...env } = process.env;
  const child = spawn(file, argv, { ...size, cwd: options.cwd, env: { ...env, TERM: "xterm", ...options.env } });
  const emulator = new xterm.Terminal({ ...size, allowProposedApi: true });
  let raw = "";
  child.onData((chunk) => {
    raw += chunk;
    emulator.write(chunk);
  });
  const screen = () => {
    const buffer = emulator.buffer.active;
    return Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString(true)).join("\n");
  };
  return {
    write: (keys) => child.write(keys),
    screen,
    raw: () => raw,
    shows: (text) => vi.waitFor(() => expect(screen()).toMatch(text), 20_000),
    exit: new Promise((resolve) => child.onExit(({ exitCode }) => resolve(exitCode))),
    [Symbol.dispose]: () => child.kill("SIGKILL"),
  };
}
