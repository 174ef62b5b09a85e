import { join } from "node:path";
import { type PeerContext, Skipped } from "./peer.ts";
import { output } from "./spawn.ts";

/**
 * Builds a Go program with the Go that is installed. @param dir its module. @returns the program.
 * @throws Skipped when Go or its modules cannot be had; Error when the program does not compile.
 */
export async function buildGo({ cache }: Pick<PeerContext, "cache">, dir: string): Promise<string> {
  const program = join(cache, "go-client");
  // The Go that is here, or none: no toolchain is fetched on the way.
  const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly" };
  try {
    await output("go", ["mod", "download"], { cwd: dir, env });
  } catch (error) {
    throw new Skipped("Go 1.24 or its modules are not at hand", { cause: error });
  }
  await output("go", ["build", "-o", program, "."], { cwd: dir, env });
  return program;
}
