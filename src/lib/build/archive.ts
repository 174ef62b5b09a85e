import { createHash } from "node:crypto";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import type { Archive, ArchiveName } from "../../contract/operations/build.ts";
import { FUNCTION_ROLES } from "../../contract/resources.ts";
import { thousands } from "../../contract/thousands.ts";
import { foreignAddons } from "./addons.ts";
import { zip, type ZipFile } from "./zip.ts";

/** What Lambda takes unzipped, all layers counted (its quota for a function's deployment package). */
const MAX_UNZIPPED = 262_144_000;
/** Of a refused archive so many files are named. */
const LARGEST = 3;

/**
 * Packs built code into `<directory>/<name>.zip`.
 * @returns it, and what it holds that will not run.
 * @throws AbortError `ARCHIVE_TOO_LARGE` naming the largest files.
 */
export async function writeArchive(
  name: ArchiveName,
  codeDir: string,
  directory: string,
): Promise<{ archive: Archive; warnings: string[] }> {
  const files = await filesOf(codeDir);
  // Without it Node would take the functions for CommonJS.
  if (!files.some((file) => file.name === "package.json"))
    files.push({ name: "package.json", data: Buffer.from('{"type":"module"}\n') });
  const sum = (chosen: ZipFile[]) => chosen.reduce((bytes, { data }) => bytes + data.length, 0);
  const unzippedBytes = sum(files);
  if (unzippedBytes > MAX_UNZIPPED) throw tooLarge(name, unzippedBytes, files);
  const data = await zip(files);
  const file = join(directory, `${name}.zip`);
  // Whole or not at all: a plan may be reading the last one.
  await writeFile(`${file}.partial`, data);
  await rename(`${file}.partial`, file);
  const archive = {
    name,
    roles: FUNCTION_ROLES.filter((role) => (role === "worker") === (name === "worker")),
    file,
    bytes: data.length,
    unzippedBytes,
    sourceMapBytes: sum(files.filter((entry) => entry.name.endsWith(".map"))),
    sha256: createHash("sha256").update(data).digest("base64"),
  };
  return { archive, warnings: foreignAddons(files) };
}

async function filesOf(folder: string): Promise<ZipFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path) => ({
      name: relative(folder, path).split(sep).join("/"),
      data: await readFile(path),
    })),
  );
}

function tooLarge(name: ArchiveName, bytes: number, files: ZipFile[]): AbortError {
  const megabytes = (count: number) => `${thousands(Math.round(count / 1_000_000))} MB`;
  const largest = files.toSorted((a, b) => b.data.length - a.data.length).slice(0, LARGEST);
  return new AbortError(
    `The code of ${name} is ${megabytes(bytes)} unzipped; Lambda takes ${megabytes(MAX_UNZIPPED)} at most.`,
    {
      code: "ARCHIVE_TOO_LARGE",
      where: name,
      hint: [
        `The largest of it: ${largest.map((file) => `${file.name} (${megabytes(file.data.length)})`).join(", ")}`,
        "Import less into the worker, or read large files from the bucket when a task needs them.",
      ],
    },
  );
}
