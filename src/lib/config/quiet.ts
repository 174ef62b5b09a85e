type Write = typeof process.stdout.write;

let held = 0;
let own: Write | undefined;

/**
 * Runs code of the project's with its output on stderr. stdout holds the result and nothing else, and what such code prints
 * (a `console.log`, a package's greeting) is none; `console` and packages write to the process's own stream, so it is that
 * one whose `write` changes hands until the work has ended.
 */
export async function withoutStdout<T>(work: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  // Several may be at it at once: the first takes the stream, the last gives it back.
  held++;
  own ??= stdout.write;
  stdout.write = stderr.write.bind(stderr);
  try {
    return await work();
  } finally {
    if (--held === 0) {
      stdout.write = own;
      own = undefined;
    }
  }
}
