import { existsSync } from "node:fs";
import { join } from "node:path";
import { type PeerContext, Skipped } from "./peer.ts";
import { output } from "./spawn.ts";

const VERSION = "0.64.0";
export const TFLINT = `tflint ${VERSION}`;

/** Built by the Go that is installed. @returns its program. @throws Skipped when it cannot be had. */
export async function installTflint({ cache, log }: PeerContext): Promise<string> {
  const dir = join(cache, `tflint-${VERSION}`);
  const program = join(dir, "tflint");
  if (existsSync(program)) return program;
  log(`building ${TFLINT}`);
  const env = { ...process.env, GOBIN: dir, GOTOOLCHAIN: "local", GOFLAGS: "" };
  // It is large, and others are being installed beside it.
  const words = ["-n", "19", "go", "install", "-p", "1", `github.com/terraform-linters/tflint@v${VERSION}`];
  try {
    await output("nice", words, { env });
    return program;
  } catch (error) {
    throw new Skipped("Go 1.25 or its modules are not at hand", { cause: error });
  }
}
