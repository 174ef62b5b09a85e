import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { LocalStack } from "../../src/local/stack.ts";
import { peerContext } from "./tools.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

/** The embedded stack in this process, all its services, without a project. */
export async function startOurs(durability: "memory" | "sqlite"): Promise<LocalStack> {
  const stateDir = durability === "sqlite" ? await mkdtemp(join(peerContext().scratch, "state-")) : undefined;
  return startEmbeddedStack(stateDir === undefined ? {} : { stateDir });
}
