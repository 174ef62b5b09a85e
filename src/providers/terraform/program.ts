import { stripVTControlCharacters } from "node:util";
import { AbortError } from "../../contract/errors.ts";

/** Terraform itself or OpenTofu: the same commands and the same output. */
export interface Program {
  name: "terraform" | "tofu";
  version: string;
}

const OLDEST = [1, 6] as const;

/** @returns the program on PATH, Terraform before OpenTofu. @throws AbortError `TERRAFORM_MISSING` or `TERRAFORM_TOO_OLD`. */
export async function findProgram(
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Program> {
  let failure: AbortError | undefined;
  for (const name of ["terraform", "tofu"] as const) {
    const { version, words } = await versionOf(name, env, signal);
    signal.throwIfAborted();
    if (words !== undefined) failure ??= doesNotRun(name, words);
    if (version === undefined) continue;
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return { name, version };
    throw new AbortError(`${name} ${version} is too old: ${OLDEST.join(".")} or newer is needed.`, {
      code: "TERRAFORM_TOO_OLD",
      where: "PATH",
      hint: "Update it; `terraform version` says which one is found.",
    });
  }
  throw (
    failure ??
    new AbortError("Neither terraform nor tofu is to be found.", {
      code: "TERRAFORM_MISSING",
      where: "PATH",
      hint: [
        "Install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install).",
        "Or deploy by CloudFormation, which needs no other program: make the project with init --iac cloudformation.",
      ],
    })
  );
}

/** It is there, but a wrapper (a version manager, a variable such as TF_CLI_ARGS) keeps it from work. */
function doesNotRun(name: string, words: string): AbortError {
  return new AbortError(`${name} is to be found, but does not run: ${words}`, {
    code: "TERRAFORM_FAILED",
    where: `${name} version -json`,
    hint: "Run that and mend what it says; look at TF_CLI_ARGS and at a version manager's configuration.",
  });
}

/** @returns its version, or what it says instead; neither where there is none. */
async function versionOf(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<{ version?: string; words?: string }> {
  const { execa } = await import("execa");
  const { stdout, stderr, failed, code } = await execa(name, ["version", "-json"], {
    env: { ...env },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    // A wrapper may fetch the program first.
    cancelSignal: signal,
  });
  if (failed && code === "ENOENT") return {};
  const version = failed ? undefined : /"terraform_version":\s*"([^"]+)"/.exec(stdout)?.[1];
  if (version !== undefined) return { version };
  const said = stripVTControlCharacters(stderr || stdout)
    .split("\n")
    .map((line) => line.trim());
  return { words: said.find((line) => /[a-z]/i.test(line)) ?? "it says nothing" };
}
