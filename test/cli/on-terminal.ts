import { PassThrough } from "node:stream";
import type { Cli } from "../../src/commands/shared/cli.ts";
import { runCli } from "../../src/main.ts";
import { views } from "../../src/ui/views/index.ts";
import { createTerminal, type TestTerminal } from "../helpers/terminal.ts";
import { createCli, type RunOptions } from "./harness.ts";

/** A command at work on a terminal, as a person has it: it draws, asks and reads keys. */
export interface OnTerminal {
  terminal: TestTerminal;
  exit: Promise<number>;
}

/** Starts a command line on a terminal. */
export function startOnTerminal(argv: string[], options: RunOptions, columns = 100): OnTerminal {
  const terminal = createTerminal({ columns, rows: 40 });
  const { stream, stdin } = terminal.screen;
  const cli = createCli(options, { stdin: new PassThrough(), stdout: stream, stderr: stream });
  const onTerminal: Cli = { ...cli, views, io: { ...cli.io, stdin: Object.assign(stdin, { pause: () => stdin }) } };
  return { terminal, exit: runCli(argv, onTerminal) };
}
