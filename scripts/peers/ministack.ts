import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type PeerContext, Skipped } from "./peer.ts";
import { freePort, type RunningServer, startServer } from "./server.ts";
import { output } from "./spawn.ts";

const VERSION = "1.5.33";
export const MINISTACK = `MiniStack ${VERSION}`;

/**
 * A Python AWS emulator, from PyPI into a virtual environment. @returns its program.
 * @throws Skipped when it cannot be had.
 */
export async function installMiniStack({ cache, log }: PeerContext): Promise<string> {
  const dir = join(cache, `ministack-${VERSION}`);
  const program = join(dir, "bin", "ministack");
  if (existsSync(program)) return program;
  log(`installing ${MINISTACK}`);
  try {
    await mkdir(cache, { recursive: true });
    await output("python3", ["-m", "venv", dir]);
    await output(join(dir, "bin", "pip"), ["install", "--quiet", `ministack==${VERSION}`]);
    return program;
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw new Skipped("python3 or PyPI is not at hand", { cause: error });
  }
}

/**
 * In memory, as it is by default; without its MQTT listener, which would take a fixed port and some start-up time.
 * @param more variables of its own; `AUTH=true` has it enforce IAM.
 */
export async function startMiniStack(context: PeerContext, more: Record<string, string> = {}): Promise<RunningServer> {
  const command = await installMiniStack(context);
  const port = await freePort();
  const env = {
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: "0",
    LOG_LEVEL: "WARNING",
    ...more,
  };
  return startServer({ name: MINISTACK, command, args: [], env, cwd: context.scratch, port });
}
