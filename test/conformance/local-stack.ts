import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../src/contract/clock.ts";
import { type LocalStack, startStack } from "../../src/local/stack.ts";
import { peerContext } from "./tools.ts";

/** The embedded stack in this process, all its services, without a project. */
export async function startOurs(durability: "memory" | "sqlite"): Promise<LocalStack> {
  const stateDir = durability === "sqlite" ? await mkdtemp(join(peerContext().scratch, "state-")) : undefined;
  return startStack({
    port: 0,
    portRequired: false,
    speed: 1,
    faults: [],
    fresh: false,
    clock: systemClock,
    onEvent() {},
    ...(stateDir === undefined ? {} : { stateDir }),
  });
}
