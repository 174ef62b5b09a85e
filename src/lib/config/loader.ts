import { rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { BuildFailure, BuildOptions, Plugin } from "esbuild";
import { AbortError, messageOf } from "../../contract/errors.ts";
import { makeOwnFolder } from "../own-folder.ts";
import { findFault, missingPackageName } from "./fault.ts";
import { lineAtFault } from "./place.ts";
import { withoutStdout } from "./quiet.ts";

/**
 * Loads a configuration written in JavaScript or TypeScript. cosmiconfig's own loader asks for the package `typescript` and
 * fails with its version 7; esbuild strips the types, follows relative imports, and knows what `ai-pipeline` means before the
 * project has installed anything.
 *
 * @throws AbortError `CONFIG_INVALID` with file, line and column.
 */
export async function loadModule(filepath: string): Promise<unknown> {
  const { build } = await import("esbuild");
  const options = buildOptions(filepath);
  let code: string;
  let external: boolean;
  try {
    const result = await build(options);
    code = result.outputFiles[0]?.text ?? "";
    external = Object.values(result.metafile.outputs).some((output) =>
      output.imports.some((item) => item.external && !item.path.startsWith("node:")),
    );
  } catch (error) {
    throw syntaxError(filepath, error);
  }
  try {
    return await withoutStdout(() => inTime(external ? importBeside(filepath, code) : importText(code), filepath));
  } catch (error) {
    if (error instanceof AbortError) throw error;
    const { where, line } = await findFault(error, filepath, options);
    const missing = missingPackage(error);
    throw new AbortError(`The configuration failed while it ran: ${missing?.message ?? messageOf(error)}`, {
      code: "CONFIG_INVALID",
      where,
      hint: [...line, missing?.hint ?? "Mend what fails there and run the command again."],
      cause: error,
    });
  }
}

function buildOptions(filepath: string) {
  return {
    entryPoints: [filepath],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node22",
    packages: "external",
    logLevel: "silent",
    absWorkingDir: dirname(filepath),
    define: {
      "import.meta.url": JSON.stringify(pathToFileURL(filepath).href),
      "import.meta.filename": JSON.stringify(filepath),
      "import.meta.dirname": JSON.stringify(dirname(filepath)),
      __filename: JSON.stringify(filepath),
      __dirname: JSON.stringify(dirname(filepath)),
    },
    plugins: [ownPackage],
  } satisfies BuildOptions;
}

/** `import { defineConfig } from "ai-pipeline"` works before any install. */
const ownPackage: Plugin = {
  name: "ai-pipeline",
  setup(build) {
    build.onResolve({ filter: /^ai-pipeline$/ }, () => ({ path: "ai-pipeline", namespace: "ai-pipeline" }));
    build.onLoad({ filter: /.*/, namespace: "ai-pipeline" }, () => ({
      contents: "export const defineConfig = (config) => config;",
      loader: "js",
    }));
  },
};

/** Longest that a configuration's own code may take. */
const LOAD_TIMEOUT_MS = 10_000;

/** An import cannot be cut short, but nobody has to wait for it. */
async function inTime<T>(loading: Promise<T>, filepath: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = LOAD_TIMEOUT_MS / 1000;
      reject(
        new AbortError(`The configuration has not finished loading after ${seconds} seconds.`, {
          code: "CONFIG_INVALID",
          where: filepath,
          hint: "It awaits something that does not come: let it export its settings without waiting.",
        }),
      );
    }, LOAD_TIMEOUT_MS);
  });
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function importText(code: string): Promise<unknown> {
  return defaultOf(await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`));
}

/** Packages are found from where a file lies: the bundle is put into the project for as long as it is imported. */
async function importBeside(filepath: string, code: string): Promise<unknown> {
  const folder = await makeOwnFolder(dirname(filepath), "cache");
  const file = join(folder, `config-${randomBytes(6).toString("hex")}.mjs`);
  await writeFile(file, code, { mode: 0o600 });
  try {
    return defaultOf(await import(pathToFileURL(file).href));
  } finally {
    await rm(file, { force: true });
  }
}

function defaultOf(module: unknown): unknown {
  return typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
}

function syntaxError(filepath: string, error: unknown): AbortError {
  const first = isBuildFailure(error) ? error.errors[0] : undefined;
  const place = first?.location ? `${filepath}:${first.location.line}:${first.location.column + 1}` : filepath;
  return new AbortError(`The configuration does not compile: ${first?.text ?? messageOf(error)}`, {
    code: "CONFIG_INVALID",
    where: place,
    hint: [
      ...(first?.location ? lineAtFault(first.location.lineText, ":1") : []),
      `Mend ${basename(filepath)} and run the command again.`,
    ],
    cause: error,
  });
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

function missingPackage(error: unknown): { message: string; hint: string } | undefined {
  const name = missingPackageName(error);
  if (name === undefined) return undefined;
  return {
    message: `Cannot find package '${name}'`,
    hint: `Install the package it imports: npm install ${name}`,
  };
}
