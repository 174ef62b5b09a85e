import { statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { AbortError } from "../contract/errors.ts";

/**
 * Makes a folder and those above it that are missing, one by one: where the system makes none (`/proc`), Node's own way of
 * making them all goes round for ever.
 *
 * @throws AbortError `DIRECTORY_REFUSED` naming the one that cannot be made.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  let above = path;
  for (; !kindOf(above) && dirname(above) !== above; above = dirname(above)) missing.unshift(above);
  if (kindOf(above) === "file") throw refused(above, ["It is a file, where a folder is wanted."]);
  for (const folder of missing) {
    try {
      await mkdir(folder);
    } catch (error) {
      if (isSystemError(error) && error.code === "EEXIST") continue;
      throw refused(folder, isSystemError(error) ? [`The system answers ${error.code}.`] : [], error);
    }
  }
}

function kindOf(path: string): "folder" | "file" | undefined {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch {
    return undefined;
  }
}

function refused(where: string, why: string[], cause?: unknown): AbortError {
  return new AbortError("The folder cannot be made.", {
    code: "DIRECTORY_REFUSED",
    where,
    hint: [...why, "Name a folder in a place that you may write to; nothing was written."],
    cause,
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
