import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { type PeerContext, Skipped } from "./peer.ts";
import { output } from "./spawn.ts";

export const TERRAFORM = "Terraform with a stand-in AWS provider";

/** What it says it is: any that our templates take. */
const VERSION = "6.99.0";
const SOURCE = join(import.meta.dirname, "..", "..", "test", "terraform-provider");

/**
 * Builds the stand-in for the AWS provider and lays it where Terraform looks for providers. @returns the CLI configuration
 * (`TF_CLI_CONFIG_FILE`) that makes it look there and nowhere else.
 * @throws Skipped when Terraform, Go or Go's modules cannot be had.
 */
export async function installTerraform({ cache, log }: PeerContext): Promise<string> {
  try {
    await output("terraform", ["version"]);
  } catch (error) {
    throw new Skipped("terraform is not at hand", { cause: error });
  }
  const mirror = join(cache, `terraform-mirror-${await sourceHash()}`);
  const target = `${platform()}_${arch() === "x64" ? "amd64" : arch()}`;
  const folder = join(mirror, "registry.terraform.io", "hashicorp", "aws", VERSION, target);
  const program = join(folder, `terraform-provider-aws_v${VERSION}`);
  if (!existsSync(program)) {
    log(`building ${TERRAFORM}`);
    await mkdir(folder, { recursive: true });
    // Named last: a build that was cut off is made anew.
    await build(`${program}.new`);
    await rename(`${program}.new`, program);
  }
  const config = join(mirror, "terraform.rc");
  await writeFile(
    config,
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\ndisable_checkpoint = true\n`,
  );
  return config;
}

async function build(program: string): Promise<void> {
  // The Go that is here, or none: no toolchain is fetched on the way.
  const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly" };
  try {
    await output("go", ["mod", "download"], { cwd: SOURCE, env });
  } catch (error) {
    throw new Skipped("Go 1.25 or its modules are not at hand", { cause: error });
  }
  await output("go", ["build", "-o", program, "."], { cwd: SOURCE, env });
}

/** Other sources make another provider. */
async function sourceHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of (await readdir(SOURCE)).toSorted()) {
    if (/\.(go|mod|sum|json)$/.test(file)) hash.update(file).update(await readFile(join(SOURCE, file)));
  }
  return hash.digest("hex").slice(0, 12);
}
