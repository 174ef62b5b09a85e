import { ExternalError } from "../../contract/errors.ts";
import type { Clock } from "../../contract/clock.ts";
import type { InstallProgress } from "../../contract/operations/init.ts";

export type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

/** @returns the package manager that called us, by its user agent; npm when none did. */
export function packageManager(env: Readonly<Record<string, string | undefined>>): PackageManager {
  const name = /^(pnpm|yarn|bun)\//.exec(env["npm_config_user_agent"] ?? "")?.[1];
  return name === "pnpm" || name === "yarn" || name === "bun" ? name : "npm";
}

const COMMANDS: Record<PackageManager, string[]> = {
  npm: ["install", "--no-audit", "--no-fund"],
  pnpm: ["install"],
  yarn: ["install"],
  bun: ["install"],
};

/** Runs the install and tells its last line now and then. A failure is the last event, never thrown. */
export async function* install(
  directory: string,
  manager: PackageManager,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<InstallProgress> {
  const command = `${manager} install`;
  const began = clock.now();
  yield { type: "install", state: "running", command };
  const { execa } = await import("execa");
  const child = execa(manager, COMMANDS[manager], {
    cwd: directory,
    stdin: "ignore",
    all: true,
    reject: false,
    cancelSignal: signal,
    // A lifecycle script must not think that it runs inside ours.
    env: { npm_config_loglevel: "http" },
  });
  let told = 0;
  let last = "";
  for await (const line of child.iterable({ from: "all" })) {
    last = line.trim() || last;
    if (clock.now() - told < 100 || last === "") continue;
    told = clock.now();
    yield { type: "install", state: "running", command, line: last };
  }
  const result = await child;
  signal.throwIfAborted();
  const ms = clock.now() - began;
  if (!result.failed) {
    yield { type: "install", state: "done", command, ms };
    return;
  }
  const cause = failureOf(result.code, manager, result.all ?? "", last);
  yield { type: "install", state: "failed", command, line: cause.message, ms };
}

function failureOf(code: string | undefined, manager: PackageManager, output: string, last: string): ExternalError {
  if (code === "ENOENT") return new ExternalError(`${manager} is not installed here.`, { code: "INSTALL_FAILED" });
  const line =
    output.split("\n").find((text) => /^(npm error|npm ERR!|.*ERR_|error)/i.test(text.trim()) && !/code/.test(text)) ??
    last;
  return new ExternalError(line.trim() || "it gave no reason", { code: "INSTALL_FAILED" });
}
