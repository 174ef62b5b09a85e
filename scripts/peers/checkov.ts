import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type PeerContext, Skipped } from "./peer.ts";
import { output } from "./spawn.ts";

const VERSION = "3.3.30";
export const CHECKOV = `checkov ${VERSION}`;

/** From PyPI into a virtual environment. @returns its program. @throws Skipped when it cannot be had. */
export async function installCheckov({ cache, log }: PeerContext): Promise<string> {
  const dir = join(cache, `checkov-${VERSION}`);
  const program = join(dir, "bin", "checkov");
  const marker = join(dir, "installed");
  if (existsSync(marker)) return program;
  log(`installing ${CHECKOV}`);
  try {
    await rm(dir, { recursive: true, force: true });
    await mkdir(cache, { recursive: true });
    await output("python3", ["-m", "venv", dir]);
    await output(join(dir, "bin", "pip"), ["install", "--quiet", `checkov==${VERSION}`]);
    await mkdir(marker);
    return program;
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw new Skipped("python3 or PyPI is not at hand", { cause: error });
  }
}
