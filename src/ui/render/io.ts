import type { ViewRegistry } from "./view.ts";

/** The program's streams, as main or a test gives them. */
export interface Io {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** False under NO_COLOR and where a stream is no terminal. */
  color: boolean;
  /** The terminal can move no cursor (TERM=dumb): text alone, in no colours, and no questions. */
  plain?: boolean;
}

/** How an operation's events are shown. */
export interface Presentation {
  io: Io;
  /** `auto`: Ink on a terminal, else plain text. */
  format: "auto" | "text" | "json";
  /** Plain text on stdout even where stderr is a terminal: the lines are what was asked for. */
  linesAreResult?: boolean;
  views: ViewRegistry;
  /** What Ctrl-C does while Ink holds the terminal. */
  interrupt(): void;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** @returns whether the stream is a terminal, with what Ink needs of one. */
export function isTerminal(stream: Io["stdout"]): stream is NodeJS.WriteStream {
  return stream.isTTY === true && "columns" in stream;
}

/** @returns whether keys can be read from it. */
export function isKeyboard(stream: Io["stdin"]): stream is NodeJS.ReadStream {
  return stream.isTTY === true && "setRawMode" in stream;
}
