import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import xterm from "@xterm/headless";
import type { Screen } from "../../src/ui/render/view.ts";

/** A terminal that interprets what is written to it: what a person would see, and with which attributes. */
export interface TestTerminal {
  screen: Screen;
  /** The lines above and on the screen, without trailing blanks. */
  text(): string;
  /** Everything written, escape sequences included. */
  raw(): string;
  /** Sends keys as a keyboard would. */
  type(keys: string): void;
  /** Resolves when the text holds `part`; fails after 5 s with what is there. */
  waitFor(part: string | RegExp): Promise<void>;
  interrupts: number;
}

/** @param options columns and rows; `showsResult` is true when stdout is this terminal. */
export function createTerminal(
  options: { columns?: number; rows?: number; color?: boolean; showsResult?: boolean } = {},
): TestTerminal {
  const { columns = 80, rows = 24 } = options;
  const emulator = new xterm.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    scrollback: 5000,
    convertEol: true,
  });
  let written = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      emulator.write(chunk, done);
    },
  });
  const stdin = new TestInput();
  const terminal: TestTerminal = {
    interrupts: 0,
    screen: {
      stream: Object.assign(stream, { isTTY: true, columns, rows }) as unknown as NodeJS.WriteStream,
      stdin: stdin as unknown as NodeJS.ReadStream,
      color: options.color ?? false,
      showsResult: options.showsResult ?? true,
      interrupt: () => void (terminal.interrupts += 1),
      now: () => Date.parse("2026-11-24T10:00:10.000Z"),
    },
    text: () => {
      const buffer = emulator.buffer.active;
      const lines = Array.from(
        { length: buffer.length },
        (_, index) => buffer.getLine(index)?.translateToString(true) ?? "",
      );
      return lines.join("\n").trimEnd();
    },
    raw: () => written,
    type: (keys) => stdin.send(keys),
    async waitFor(part) {
      const until = Date.now() + 30_000;
      while (Date.now() < until) {
        if (typeof part === "string" ? terminal.text().includes(part) : part.test(terminal.text())) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`The terminal never showed ${String(part)}:\n${terminal.text()}`);
    },
  };
  return terminal;
}

/** A keyboard: a readable TTY in raw mode. */
class TestInput extends EventEmitter {
  isTTY = true;
  #pending: string[] = [];
  send(keys: string): void {
    this.#pending.push(keys);
    this.emit("readable");
    this.emit("data", keys);
  }
  read(): string | null {
    return this.#pending.shift() ?? null;
  }
  setEncoding(): this {
    return this;
  }
  setRawMode(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  pause(): this {
    return this;
  }
  resume(): this {
    return this;
  }
  unshift(): void {}
}
