import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type PeerContext, peerCache, Skipped } from "../../scripts/peers/peer.ts";
import { type Tool, type ToolName, TOOLS } from "./tools.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What the tests need beside npm's packages, and whether it is here. */
    tools: Record<ToolName, Tool>;
    peers: Pick<PeerContext, "cache" | "scratch">;
  }
}

/** Installs, once for all test files, what npm does not bring; says in a line of its own what cannot be had. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string) => void process.stderr.write(`conformance: ${line}\n`);
  const cache = peerCache(project.config.root);
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(tmpdir(), "ai-pipeline-conformance-"));
  const context: PeerContext = { cache, scratch, log };
  const find = async ([name, { title, install }]: (typeof TOOLS)[number]): Promise<[string, Tool]> => {
    try {
      return [name, { title, path: await install(context) }];
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      log(`${title} is skipped: ${error.message}`);
      return [name, { title, missing: error.message }];
    }
  };
  // Names come from TOOLS, so that none is missing.
  const tools = Object.fromEntries(await Promise.all(TOOLS.map(find))) as Record<ToolName, Tool>;
  project.provide("tools", tools);
  project.provide("peers", { cache, scratch });
  return () => rm(scratch, { recursive: true, force: true, maxRetries: 5 });
}
