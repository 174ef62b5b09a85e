type Write = typeof process.stdout.write;

let held = 0;
let own: { write: Write; exit: typeof process.exit } | undefined;

/**
 * Runs code of the project's that must not end the program: what it says by `process.exit` becomes an error.
 * Its output goes to stderr. stdout holds the result and nothing else, and what such code prints
 * (a `console.log`, a package's greeting) is none; `console` and packages write to the process's own stream, so it is that
 * one whose `write` changes hands until the work has ended.
 */
export async function withoutStdout<T>(work: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  // Several may be at it at once: the first takes the stream, the last gives it back.
  held++;
  own ??= { write: stdout.write, exit: process.exit };
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
      own = undefined;
    }
  }
}
