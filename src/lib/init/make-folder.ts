import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { AbortError } from "../../contract/errors.ts";

/**
 * Makes a folder and those above it that are missing, one by one: where the system makes none (`/proc`), Node's own way of
 * making them all goes round for ever.
 *
 * @throws AbortError `DIRECTORY_REFUSED` naming the one that cannot be made.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder) && dirname(folder) !== folder; folder = dirname(folder)) {
    missing.unshift(folder);
  }
  for (const folder of missing) {
    try {
      await mkdir(folder);
    } catch (error) {
      if (isSystemError(error) && error.code === "EEXIST") continue;
      throw new AbortError("The folder cannot be made.", {
        code: "DIRECTORY_REFUSED",
        where: folder,
        hint: [
          ...(isSystemError(error) ? [`The system answers ${error.code}.`] : []),
          "Name a folder in a place that you may write to; nothing was written.",
        ],
        cause: error,
      });
    }
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
