import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

/** What a real terminal of this many cells would show. */
export const SIZE = { columns: 100, rows: 28 } as const;

export type Color = { kind: "default" } | { kind: "palette"; index: number } | { kind: "rgb"; value: number };

/** One cell of the grid; a wide character's second cell has no text and a width of 0. */
export interface Cell {
  text: string;
  width: number;
  foreground: Color;
  background: Color;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
}

/** A program on a pseudo-terminal, and what the terminal shows of it. */
export interface TerminalRun {
  /** The rows on the screen, without trailing blanks. */
  text(): string[];
  cells(): Cell[][];
  /** Resolves as soon as the screen satisfies `seen`. @throws Error when the program ends or 60 s pass first. */
  waitFor(what: string, seen: (rows: string[]) => boolean): Promise<void>;
  /** Resolves with the exit code, once all that was printed is on the screen. */
  readonly exit: Promise<number>;
  /** Ctrl-C, as a keyboard sends it, and the end of the program and of its children. @throws Error when some live on. */
  interrupt(): Promise<number>;
}

const PATIENCE_MS = 60_000;
/** A program asked to end by Ctrl-C gets this long before it is killed. */
const GRACE_MS = 15_000;
const CTRL_C = "\u0003";

/** Runs `file` on a pseudo-terminal of {@link SIZE}; its environment is `env` alone. */
export function runOnTerminal(
  file: string,
  args: string[],
  options: { cwd: string; env: Record<string, string> },
): TerminalRun {
  const { columns, rows } = SIZE;
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
  const pty = spawn(file, args, { name: "xterm-256color", cols: columns, rows, cwd: options.cwd, env: options.env });
  // Programs ask the terminal for its capabilities; what the emulator answers goes back as if typed.
  emulator.onData((answer) => pty.write(answer));

  const changed = new EventTarget();
  let ended = false;
  pty.onData((data) => emulator.write(data, () => changed.dispatchEvent(new Event("change"))));
  const exit = new Promise<number>((resolve) => {
    // The empty write is answered after everything written before it has been interpreted.
    pty.onExit(({ exitCode }) =>
      emulator.write("", () => {
        ended = true;
        resolve(exitCode);
        changed.dispatchEvent(new Event("change"));
      }),
    );
  });

  const run: TerminalRun = {
    text() {
      const buffer = emulator.buffer.active;
      return Array.from(
        { length: rows },
        (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? "",
      );
    },
    cells() {
      const buffer = emulator.buffer.active;
      return Array.from({ length: rows }, (_, row) => readRow(buffer.getLine(buffer.baseY + row)));
    },
    async waitFor(what, seen) {
      const end = AbortSignal.timeout(PATIENCE_MS);
      while (!seen(run.text())) {
        if (ended || end.aborted) {
          throw new Error(
            `The screen never showed ${what}${ended ? ": the program ended" : ""}. It showed:\n${run.text().join("\n").trimEnd()}`,
          );
        }
        await nextChange(changed, end);
      }
    },
    exit,
    async interrupt() {
      if (!ended) pty.write(CTRL_C);
      const grace = setTimeout(() => pty.kill("SIGKILL"), GRACE_MS);
      const code = await exit;
      clearTimeout(grace);
      if (!(await endsSoon(pty.pid))) {
        process.kill(-pty.pid, "SIGKILL");
        throw new Error(`${args.join(" ")} ended and left children behind; they were killed.`);
      }
      return code;
    },
  };
  return run;
}

function nextChange(changed: EventTarget, end: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      changed.removeEventListener("change", settle);
      end.removeEventListener("abort", settle);
      resolve();
    };
    changed.addEventListener("change", settle);
    end.addEventListener("abort", settle);
  });
}

/** Whether nothing of a process group runs, now or within a short grace. A pseudo-terminal's program leads its own group. */
async function endsSoon(group: number): Promise<boolean> {
  const until = Date.now() + GRACE_MS;
  while (await groupLives(group)) {
    if (Date.now() > until) return false;
  }
  return true;
}

/** Zombies do not count: in a container, nobody may be there to reap them. */
async function groupLives(group: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pgid=", "-o", "stat="]);
  const processes = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  return processes.some(([pgid, state]) => pgid === String(group) && !state?.startsWith("Z"));
}

type EmulatedLine = NonNullable<ReturnType<xterm.Terminal["buffer"]["active"]["getLine"]>>;
type EmulatedCell = NonNullable<ReturnType<EmulatedLine["getCell"]>>;

function readRow(line: EmulatedLine | undefined): Cell[] {
  const cells = Array.from({ length: line?.length ?? 0 }, (_, column) => line?.getCell(column));
  return cells
    .filter((cell) => cell !== undefined)
    .map((cell) => ({
      text: cell.getChars(),
      width: cell.getWidth(),
      foreground: colorOf(cell.isFgPalette(), cell.isFgRGB(), cell.getFgColor()),
      background: colorOf(cell.isBgPalette(), cell.isBgRGB(), cell.getBgColor()),
      ...attributesOf(cell),
    }));
}

function attributesOf(cell: EmulatedCell) {
  return {
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

function colorOf(isPalette: boolean, isRgb: boolean, value: number): Color {
  if (isPalette) return { kind: "palette", index: value };
  return isRgb ? { kind: "rgb", value } : { kind: "default" };
}
