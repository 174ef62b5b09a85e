import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { createBundler } from "../../../src/local/bundle/index.ts";
import { zip } from "../../../src/local/lambda/test/zip.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** The project whose pipeline is deployed. */
export const PROJECT_DIR = join(root, "templates", "minimal");

/** Our own modules, from source. */
export const MODULES = {
  main: join(root, "src", "index.ts"),
  runtime: join(root, "src", "runtime", "index.ts"),
  client: join(root, "src", "client", "index.ts"),
  api: join(root, "src", "runtime", "api", "entry.ts"),
};

/** Bundles modules as a deployment bundles functions. @returns what packs one, an absolute path or one of the project's. */
function createPacker(outDir: string): (name: string, entry: string) => Promise<Buffer> {
  const bundler = createBundler({ projectDir: PROJECT_DIR, outDir, modules: MODULES, emit() {} });
  return async (name, entry) => {
    const built = await bundler.buildOnce({ name, entry });
    if (!built.ok) throw new Error(built.errors.map(({ text }) => text).join("\n"));
    const files: Record<string, string> = {};
    for (const file of await readdir(built.codeDir, { recursive: true, withFileTypes: true })) {
      if (!file.isFile() || file.name.endsWith(".map")) continue;
      const path = join(file.parentPath, file.name);
      files[relative(built.codeDir, path)] = await readFile(path, "utf8");
    }
    return zip(files);
  };
}

/** The worker of template `minimal` and the API's functions, as zip archives. */
export async function packCode(outDir: string): Promise<{ worker: Buffer; api: Buffer }> {
  const pack = createPacker(outDir);
  return { worker: await pack("worker", "src/worker.ts"), api: await pack("api", MODULES.api) };
}

/** One function of the tests' own, as a zip archive whose handler is `index.handler`. */
export const packFunction = (outDir: string, entry: string) => createPacker(outDir)("function", entry);
