import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { OutputFile } from "esbuild";

const DAY_MS = 86_400_000;

/**
 * Writes a build to a folder of its own, named by its content: what runs on an older build goes on undisturbed, and the
 * same code is the same folder.
 *
 * @param base the folder the build was told to write to.
 * @param root the folder that holds one folder for each build.
 */
export function writeBuild(
  files: readonly OutputFile[],
  base: string,
  root: string,
): { codeDir: string; bytes: number } {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const file of files) {
    hash.update(`${relative(base, file.path)}\0${file.hash}\0`);
    if (!file.path.endsWith(".map")) bytes += file.contents.length;
  }
  const codeDir = join(root, hash.digest("hex").slice(0, 16));
  if (existsSync(codeDir)) return { codeDir, bytes };
  const partial = `${codeDir}.${process.pid}.partial`;
  for (const file of files) {
    const path = join(partial, relative(base, file.path));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.contents);
  }
  writeFileSync(join(partial, "package.json"), '{"type":"module"}\n');
  renameSync(partial, codeDir);
  return { codeDir, bytes };
}

/** Removes builds that nobody can be running any more: all but `keep` that are older than a day. */
export function removeOldBuilds(root: string, keep: string): void {
  if (!existsSync(root)) return;
  for (const name of readdirSync(root)) {
    const path = join(root, name);
    if (path !== keep && Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
}
