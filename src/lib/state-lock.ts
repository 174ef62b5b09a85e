import { open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../contract/clock.ts";
import { findRunning, isAlive } from "./dev-file.ts";
import { makeOwnFolder } from "./own-folder.ts";

/** A stack that holds the lock has announced itself by then; a lock that is older and has no stack belongs to a pid used anew. */
const STARTING_MS = 60_000;

/**
 * Takes the local state of a project for this process: two stacks on one state would hand out the same messages. The lock lies
 * outside the state, so that `--fresh` does not drop it.
 *
 * @returns what gives it back; undefined when another live process holds it.
 */
export async function lockState(
  projectDir: string,
  owner: { pid: number; clock: Clock },
): Promise<(() => Promise<void>) | undefined> {
  const path = join(await makeOwnFolder(projectDir), "lock");
  for (let round = 0; round < 3; round++) {
    if (await create(path, owner.pid)) return () => rm(path, { force: true });
    if (!(await isStale(path, projectDir, owner.clock))) return undefined;
    await rm(path, { force: true });
  }
  return undefined;
}

async function create(path: string, pid: number): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(String(pid));
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function isStale(path: string, projectDir: string, clock: Clock): Promise<boolean> {
  const [text, info] = await Promise.all([readFile(path, "utf8").catch(() => ""), stat(path).catch(() => undefined)]);
  if (!info) return true;
  const young = clock.now() - info.mtimeMs < STARTING_MS;
  // Its owner may be between creating and writing it.
  if (text === "") return !young;
  if (!isAlive(Number(text))) return true;
  return !young && (await findRunning(projectDir)) === undefined;
}
