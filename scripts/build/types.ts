import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

/** The declarations a user imports; what they reach goes with them, and nothing else. */
export const PUBLIC_TYPES = ["index.d.ts", "runtime/index.d.ts", "client/index.d.ts"];

const IMPORT = /(\bfrom |\bimport |\bimport\()"([^"]+)"/g;

/** Emits the public declarations into `out`. @throws Error with the compiler's output when the types are wrong. */
export async function emitTypes(root: string, out: string): Promise<void> {
  const all = `${out}-all`;
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  try {
    await promisify(execFile)(process.execPath, [compiler, "-p", join(root, "tsconfig.types.json"), "--outDir", all]);
  } catch (error) {
    const output = error instanceof Error && "stdout" in error ? String(error.stdout).trim() : String(error);
    throw new Error(`The declarations do not compile:\n${output}`, { cause: error });
  }
  for (const [path, text] of await reachable(all)) {
    await mkdir(dirname(join(out, path)), { recursive: true });
    await writeFile(join(out, path), text);
  }
  await rm(all, { recursive: true });
}

/** @returns the declarations reached from the public ones, by path, with imports as a package ships them. */
async function reachable(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const queue = [...PUBLIC_TYPES];
  for (const path of queue) {
    if (found.has(path)) continue;
    const source = await readFile(join(folder, path), "utf8");
    found.set(
      path,
      source.replace(IMPORT, (whole, keyword: string, specifier: string) => {
        if (!specifier.startsWith(".")) return whole;
        queue.push(relative(folder, join(folder, dirname(path), specifier.replace(/\.ts$/, ".d.ts"))));
        return `${keyword}"${specifier.replace(/\.ts$/, ".js")}"`;
      }),
    );
  }
  return found;
}
