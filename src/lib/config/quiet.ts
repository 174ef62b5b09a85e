type Listener = (signal: NodeJS.Signals) => void;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

let held = 0;
let own:
  | { write: typeof process.stdout.write; exit: typeof process.exit; listeners: [NodeJS.Signals, Listener][] }
  | undefined;

/**
 * Runs code of the project's that must not end the program: what it says by `process.exit` becomes an error.
 * Its output goes to stderr. stdout holds the result and nothing else, and what such code prints
 * (a `console.log`, a package's greeting) is none; `console` and packages write to the process's own stream, so it is that
 * one whose `write` changes hands until the work has ended.
 * A signal ends the process at once meanwhile: in a loop without an end no listener would ever hear it.
 */
export async function withoutStdout<T>(work: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  // Several may be at it at once: the first takes the stream, the last gives it back.
  held++;
  own ??= {
    write: stdout.write,
    exit: process.exit,
    listeners: SIGNALS.flatMap((signal) =>
      process.listeners(signal).map((one): [typeof signal, Listener] => [signal, one]),
    ),
  };
  for (const [signal, listener] of own.listeners) process.off(signal, listener);
  stdout.write = stderr.write.bind(stderr);
  process.exit = (code) => {
    throw new Error(`it calls process.exit(${code ?? ""})`);
  };
  try {
    return await work();
  } finally {
    if (--held === 0) {
      stdout.write = own.write;
      process.exit = own.exit;
      for (const [signal, listener] of own.listeners) process.on(signal, listener);
      own = undefined;
    }
  }
}
