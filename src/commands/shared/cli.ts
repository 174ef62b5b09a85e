import type { Readable } from "node:stream";
import type { Command } from "commander";
import type { ExitCode } from "../../contract/exit.ts";
import type { OperationName, Operations } from "../../contract/operations/index.ts";
import { InterruptedError } from "../../lib/interrupt.ts";
import type { Workplace } from "../../lib/services.ts";
import type { Io, Presentation } from "../../ui/render/io.ts";
import { present } from "../../ui/render/present.ts";
import type { ViewRegistry } from "../../ui/render/view.ts";

/** Everything a command works with; made by main, or by a test. */
export interface Cli {
  io: Io & { stdin: Readable };
  place: Workplace;
  views: ViewRegistry;
  /** Runs another command line on the same terminal, and shows what goes wrong. Ctrl-C ends it alone. */
  run(argv: readonly string[]): Promise<ExitCode>;
  /** Ctrl-C, when a view holds the terminal in raw mode. */
  interrupt(): void;
}

/** Flags that every command has. */
export interface OutputFlags {
  json?: boolean;
  debug?: boolean;
}

/** One command: adds its arguments, flags and example to `command`, and its work as the action. */
export interface CommandModule {
  configure(command: Command, cli: Cli, done: (exitCode: ExitCode) => void): void;
}

/** @returns how this command's events are shown. */
export function presentation(
  cli: Cli,
  flags: OutputFlags,
  more: Pick<Presentation, "linesAreResult"> & { text?: boolean } = {},
): Presentation {
  return {
    io: cli.io,
    format: flags.json ? "json" : more.text ? "text" : "auto",
    views: cli.views,
    interrupt: cli.interrupt,
    now: () => cli.place.clock.now(),
    ...(more.linesAreResult === undefined ? {} : { linesAreResult: more.linesAreResult }),
  };
}

/** Shows the events of an operation. @returns what the program exits with. */
export async function show<Name extends OperationName>(
  name: Name,
  events: AsyncIterable<Operations[Name]>,
  how: Presentation,
): Promise<ExitCode> {
  const summary = await present(name, events, how);
  return summary.exitCode;
}

/** @returns the same with a Ctrl-C of its own: what is interrupted by it ends alone. Whoever asks again means all of it. */
export function within(outer: Cli): Cli {
  const own = new AbortController();
  return {
    ...outer,
    interrupt: () => (own.signal.aborted ? outer.interrupt() : own.abort(new InterruptedError("SIGINT"))),
    place: { ...outer.place, signal: AbortSignal.any([outer.place.signal, own.signal]) },
  };
}
