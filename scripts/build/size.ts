import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** @returns the bytes of all files below a folder: links not followed, and a file with two names counted once. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map((entry) => stat(join(entry.parentPath, entry.name))));
  const sizes = new Map(stats.map(({ dev, ino, size }) => [`${dev}:${ino}`, size]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
