import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type PeerContext, Skipped } from "./peer.ts";
import { output } from "./spawn.ts";

/** Packages from PyPI into a virtual environment of their own. @returns its `bin`. @throws Skipped when they cannot be had. */
export async function installFromPyPI(
  { cache, log }: PeerContext,
  name: string,
  title: string,
  packages: string[],
): Promise<string> {
  const dir = join(cache, name);
  const bin = join(dir, "bin");
  // Written last: an environment that was cut off is made anew.
  const marker = join(dir, "installed");
  if (existsSync(marker)) return bin;
  log(`installing ${title}`);
  try {
    await rm(dir, { recursive: true, force: true });
    await mkdir(cache, { recursive: true });
    await output("python3", ["-m", "venv", dir]);
    await output(join(bin, "pip"), ["install", "--quiet", ...packages]);
    await mkdir(marker);
    return bin;
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw new Skipped("python3 or PyPI is not at hand", { cause: error });
  }
}
