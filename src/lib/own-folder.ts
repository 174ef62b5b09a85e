import { chmod, lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";

const PRIVATE = 0o700;

/** @returns where a project's own state lies: the local stage, builds, journals. */
export const ownFolder = (projectDir: string, ...below: string[]) => join(projectDir, ".ai-pipeline", ...below);

/**
 * Makes it, or a folder below it, for its owner alone, whichever command is the first. One that is open to others, as earlier
 * versions left it, is closed.
 * @returns the folder's path.
 */
export async function makeOwnFolder(projectDir: string, ...below: string[]): Promise<string> {
  const folder = ownFolder(projectDir, ...below);
  await mkdir(folder, { recursive: true, mode: PRIVATE });
  const own = ownFolder(projectDir);
  const found = await lstat(own);
  // What a link leads to is somebody's choice, and may serve others.
  if (found.isDirectory() && (found.mode & 0o077) !== 0) await chmod(own, PRIVATE).catch(() => undefined);
  return folder;
}
