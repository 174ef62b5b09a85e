import { access, constants, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What the files are named after, and their key in a `package.json`. */
export const NAME = "ai-pipeline";
export const CODE_ENDINGS = ["ts", "mts", "cts", "js", "mjs", "cjs"];
const DATA_ENDINGS = ["json", "yaml", "yml"];

/** In the order they are looked for in each folder. */
export const SEARCH_PLACES = [
  ...[...CODE_ENDINGS, ...DATA_ENDINGS].map((ending) => `${NAME}.config.${ending}`),
  "package.json",
  "package.yaml",
  ...["", ...[...DATA_ENDINGS, ...CODE_ENDINGS].map((ending) => `.${ending}`)].flatMap((ending) => [
    `.${NAME}rc${ending}`,
    `.config/${NAME}rc${ending}`,
  ]),
];

/** From `cwd` up to the nearest folder with a `.git`, so that a stray file in a parent is not taken for the project's. */
export async function foldersUp(cwd: string): Promise<string[]> {
  const folders = [cwd];
  for (let folder = cwd; !(await exists(join(folder, ".git")));) {
    const parent = dirname(folder);
    if (parent === folder) break;
    folders.push(parent);
    folder = parent;
  }
  return folders;
}

/** @returns whether a configuration may lie there: a `package.json` counts, whatever is in it. */
export async function mayHoldConfig(folder: string): Promise<boolean> {
  const names = new Set(await readdir(folder).catch((): string[] => []));
  return SEARCH_PLACES.some((place) => names.has(place.split("/")[0] ?? place));
}

/** @returns a file of a configuration's own name that there is and that cannot be read. */
export async function unreadableConfig(folder: string): Promise<{ file: string; why: string } | undefined> {
  const names = new Set(await readdir(folder).catch((): string[] => []));
  for (const name of SEARCH_PLACES) {
    if (!names.has(name) || !name.includes(NAME)) continue;
    const file = join(folder, name);
    try {
      await access(file, constants.R_OK);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      return { file, why: code === "ENOENT" ? "it is a link to a file that is missing" : "you may not read it" };
    }
    if ((await stat(file)).isDirectory()) return { file, why: "it is a folder" };
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
