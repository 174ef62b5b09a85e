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
  for (const name of ["terraform", "tofu"] as const) {
    const version = await versionOf(name, env, signal);
    signal.throwIfAborted();
    if (version === undefined) continue;
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return { name, version };
    throw new AbortError(`${name} ${version} is too old: ${OLDEST.join(".")} or newer is needed.`, {
      code: "TERRAFORM_TOO_OLD",
      where: "PATH",
      hint: "Update it; `terraform version` says which one is found.",
    });
  }
  throw new AbortError("Neither terraform nor tofu is to be found.", {
    code: "TERRAFORM_MISSING",
    where: "PATH",
    hint: [
      "Install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install).",
      "Or deploy by CloudFormation, which needs no other program: make the project with init --iac cloudformation.",
    ],
  });
}

async function versionOf(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { execa } = await import("execa");
  const { stdout, failed } = await execa(name, ["version", "-json"], {
    env: { ...env },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    // A wrapper may fetch the program first.
    cancelSignal: signal,
  });
  if (failed) return undefined;
  return /"terraform_version":\s*"([^"]+)"/.exec(stdout)?.[1];
}
