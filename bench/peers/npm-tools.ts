import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Skipped } from "../../scripts/peers/peer.ts";
import type { BenchContext } from "../context.ts";
import { output } from "../../scripts/peers/spawn.ts";

/** Tools that are measured by their installed size or their start alone. */
export const NPM_TOOLS = {
  lumigo: { spec: "lumigo-cli@0.48.4", bin: "lumigo-cli" },
  architect: { spec: "@architect/sandbox@9.0.0", bin: "sandbox" },
  shopify: { spec: "@shopify/cli@4.8.2", bin: "shopify" },
} as const;

/**
 * Installs npm packages into a folder of their own, without their install scripts. @returns the folder.
 * @throws Skipped when the registry is not at hand.
 */
export async function installFromNpm({ cache, log }: BenchContext, specs: readonly string[]): Promise<string> {
  const dir = join(cache, `npm-${specs.join("+").replaceAll(/[^\w.+-]/g, "_")}`);
  if (existsSync(join(dir, "node_modules", ".package-lock.json"))) return dir;
  log(`installing ${specs.join(" ")}`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "package.json"), '{ "private": true }\n');
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    await output("npm", ["install", ...flags, ...specs], { cwd: dir });
    return dir;
  } catch {
    await rm(dir, { recursive: true, force: true });
    throw new Skipped("it could not be installed from npm");
  }
}
