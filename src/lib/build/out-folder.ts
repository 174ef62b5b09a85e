import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, parse, resolve } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import { INFRASTRUCTURE_DIR } from "../../contract/infrastructure.ts";
import type { Project } from "../config/load.ts";
import type { Workplace } from "../services.ts";

/**
 * A folder for archives and variables is one that holds nothing else. In that of the infrastructure what is written would
 * even be read: Terraform loads a `terraform.tfvars.json` by itself, and a `template.json` is taken for the project's own.
 *
 * @param out as it was asked for, relative to the current folder.
 * @returns its absolute path.
 * @throws AbortError `DIRECTORY_REFUSED`, before anything is made.
 */
export async function outFolder(out: string, { dir }: Pick<Project, "dir">, place: Workplace): Promise<string> {
  const directory = resolve(place.cwd, out);
  const taken: [string, string][] = [
    [parse(directory).root, "the root of the file system"],
    [place.env["HOME"] || homedir(), "your home folder"],
    [dir, "the project itself"],
    [join(dir, "src"), "the project's source code"],
    [join(dir, INFRASTRUCTURE_DIR), "the project's infrastructure as code, which would take the files for its own"],
  ];
  for (const [folder, what] of taken) {
    if (!(await isSame(directory, folder))) continue;
    throw new AbortError(`The build does not go there: it is ${what}.`, {
      code: "DIRECTORY_REFUSED",
      where: directory,
      hint: "Name a folder of its own, such as --out dist, or leave --out out; nothing was written.",
    });
  }
  return directory;
}

/** By what the system knows them by, where they are there: a link, or other letters, may lead to the same. */
async function isSame(one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  const [a, b] = await Promise.all([one, other].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
