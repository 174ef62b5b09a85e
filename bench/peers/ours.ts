import { mkdir, mkdtemp, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { BenchContext } from "../context.ts";
import { freePort, type RunningServer, startServer } from "../../scripts/peers/server.ts";
import { output } from "../../scripts/peers/spawn.ts";

/** The services alone, from source, in a process of their own. */
export async function startBareStack(context: BenchContext, durability: "memory" | "sqlite"): Promise<RunningServer> {
  const port = await freePort();
  const stateDir = durability === "sqlite" ? [await mkdtemp(join(context.scratch, "state-"))] : [];
  const args = [join(import.meta.dirname, "ours-server.ts"), String(port), ...stateDir];
  return startServer({
    name: `ai-pipeline, ${durability}`,
    command: process.execPath,
    args,
    cwd: context.scratch,
    port,
  });
}

const packed = z.array(z.object({ filename: z.string() })).length(1);

/** Packs what was built and installs it in an empty folder. @returns the installed package. */
export async function installProduct(root: string, scratch: string): Promise<string> {
  const dir = join(scratch, "installed");
  await mkdir(dir);
  await writeFile(join(dir, "package.json"), '{ "private": true }\n');
  const flags = ["--ignore-scripts", "--json", "--loglevel=error", "--pack-destination", dir];
  const [pack] = packed.parse(JSON.parse(await output("npm", ["pack", ...flags], { cwd: root })));
  if (!pack) throw new Error("npm pack made nothing.");
  await rename(join(dir, pack.filename), join(dir, TARBALL));
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error", `./${TARBALL}`];
  await output("npm", args, { cwd: dir });
  return join(dir, "node_modules", "ai-pipeline");
}

/** Beside node_modules in the folder of the installed product. */
export const TARBALL = "ai-pipeline.tgz";

/** @returns the built command line. */
export const cliOf = ({ product }: BenchContext) => join(product, "bin/ai-pipeline.js");

/** Scaffolds a project of the template `minimal`. @param files replace those of the template. */
export async function makeProject(context: BenchContext, files: Record<string, string> = {}): Promise<string> {
  const dir = join(await mkdtemp(join(context.scratch, "project-")), "bench");
  await output(process.execPath, [cliOf(context), "init", dir, "--template", "minimal", "--no-install"]);
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

/** `dev`, as a user runs it without a screen. */
export async function startDev(
  context: BenchContext,
  dir: string,
  flags: string[] = [],
  port?: number,
): Promise<RunningServer> {
  port ??= await freePort();
  const args = [cliOf(context), "dev", "--headless", "--json", "--port", String(port), ...flags];
  return startServer({ name: "ai-pipeline dev", command: process.execPath, args, cwd: dir, port });
}
