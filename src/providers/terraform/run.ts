import type { Program } from "./program.ts";

export interface RunPlace {
  program: Program;
  /** Where the configuration lies. */
  directory: string;
  env: Readonly<Record<string, string | undefined>>;
  /** The stage's. */
  workspace?: string;
}

export interface Ended {
  exitCode: number;
  /** What it wrote on stderr, where errors that are no JSON stand. */
  stderr: string;
}

/**
 * Runs Terraform and hands out its lines as they come.
 *
 * It runs in a process group of its own, so that a terminal's Ctrl-C reaches us alone; once `signal` is aborted it is sent
 * SIGINT, and that once: it then ends what is at work and writes its state. A second one would make it drop both.
 *
 * @returns how it ended; never throws for a failure of its own.
 */
export async function* run(
  { program, directory, env, workspace }: RunPlace,
  words: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<string, Ended> {
  const { execa } = await import("execa");
  // A workspace that was chosen for another stage must not be taken for this one.
  const { TF_WORKSPACE: _chosen, ...rest } = env;
  const child = execa(program.name, words, {
    cwd: directory,
    env: { ...rest, TF_IN_AUTOMATION: "1", TF_INPUT: "0", ...(workspace ? { TF_WORKSPACE: workspace } : {}) },
    extendEnv: false,
    stdin: "ignore",
    detached: true,
    cleanup: false,
    forceKillAfterDelay: false,
    reject: false,
  });
  const interrupt = () => void child.kill("SIGINT");
  if (signal.aborted) interrupt();
  else signal.addEventListener("abort", interrupt, { once: true });
  try {
    yield* child.iterable();
    const { exitCode, stderr } = await child;
    return { exitCode: exitCode ?? 1, stderr };
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

/** Runs Terraform to its end. @returns how it ended, with all that it wrote on stdout. */
export async function runToEnd(
  place: RunPlace,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Ended & { stdout: string }> {
  const lines: string[] = [];
  const running = run(place, words, signal);
  for (;;) {
    const next = await running.next();
    if (next.done) return { ...next.value, stdout: lines.join("\n") };
    lines.push(next.value);
  }
}
