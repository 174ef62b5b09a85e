import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { BenchContext } from "../context.ts";
import { freePort, type RunningServer, startServer } from "../../scripts/peers/server.ts";

/** An SQS in Node, from our own development dependencies. */
export async function startFauxqs(context: BenchContext, durability: "memory" | "sqlite"): Promise<RunningServer> {
  const port = await freePort();
  const dataDir = durability === "sqlite" ? [await mkdtemp(join(context.scratch, "fauxqs-"))] : [];
  const args = [join(import.meta.dirname, "fauxqs-server.ts"), String(port), ...dataDir];
  return startServer({ name: `fauxqs, ${durability}`, command: process.execPath, args, cwd: context.scratch, port });
}
