import { PassThrough } from "node:stream";
import type { Cli } from "../../src/commands/shared/cli.ts";
import { runCli, runWithin } from "../../src/main.ts";
import { views } from "../../src/ui/views/index.ts";
import { createTerminal, type TestTerminal } from "../helpers/terminal.ts";
import { createCli, type RunOptions } from "./harness.ts";

/** A command at work on a terminal, as a person has it: it draws, asks and reads keys. */
export interface OnTerminal {
  terminal: TestTerminal;
  exit: Promise<number>;
}

/** Starts a command line on a terminal. */
export function startOnTerminal(argv: string[], options: RunOptions, columns = 100, rows = 40): OnTerminal {
  const terminal = createTerminal({ columns, rows });
  const { stream, stdin } = terminal.screen;
  const cli = createCli(options, { stdin: new PassThrough(), stdout: stream, stderr: stream });
  const onTerminal: Cli = {
    ...cli,
    run: (words) => runWithin(words, onTerminal),
    views,
    io: { ...cli.io, stdin: Object.assign(stdin, { pause: () => stdin }) },
  };
  return { terminal, exit: runCli(argv, onTerminal) };
}
