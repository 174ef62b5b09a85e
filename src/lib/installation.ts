import { shellWord } from "../contract/shell-word.ts";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/** Where this tool lies, and what it is called from there. */
export interface Installation {
  /** The package's folder: holds package.json, bin/ and templates/. */
  root: string;
  version: string;
}

/** @returns the folder and version of the package that `file` (a path inside it) belongs to. */
export function findInstallation(file: string): Installation {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = readManifest(folder);
    if (manifest?.name === "ai-pipeline") return { root: folder, version: manifest.version ?? "0.0.0" };
    if (dirname(folder) === folder)
      throw new Error(`No package.json of ai-pipeline above ${file}: the installation is damaged.`);
  }
}

interface Manifest {
  name?: string;
  version?: string;
  /** All kinds joined. */
  dependencies: Record<string, string>;
  /** Those needed to run. */
  runtime: Record<string, string>;
}

/** @returns the parts of a package.json that we use; undefined when there is none that can be read. */
export function readManifest(folder: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const text = (name: string) => {
    const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
    return typeof found === "string" ? found : undefined;
  };
  const record = (name: string): Record<string, string> => {
    const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
    if (typeof found !== "object" || found === null) return {};
    return Object.fromEntries(
      Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  };
  const name = text("name");
  const version = text("version");
  return {
    ...(name ? { name } : {}),
    ...(version ? { version } : {}),
    runtime: record("dependencies"),
    dependencies: { ...record("peerDependencies"), ...record("devDependencies"), ...record("dependencies") },
  };
}

/**
 * @returns the beginning of a command that runs this tool in `cwd`: `npx ai-pipeline` where that finds this very
 * installation, else `node <path>/bin/ai-pipeline.js`. Never a name that only a registry could resolve.
 */
export function invocation(installation: Installation, cwd: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const installed = join(folder, "node_modules", "ai-pipeline");
    if (existsSync(join(folder, "node_modules", ".bin", "ai-pipeline")) && same(installed, installation.root))
      return "npx ai-pipeline";
    if (dirname(folder) === folder) break;
  }
  const bin = join(installation.root, "bin", "ai-pipeline.js");
  const near = relative(cwd, bin);
  // A path that climbs further than it is worth reads better whole.
  const path = near.startsWith(`..${sep}..${sep}..`) ? bin : near;
  return `node ${shellWord(path)}`;
}

/**
 * @returns what a project's package.json says to depend on this very installation: the tarball it was unpacked from, the
 * folder it lies in, or, for a copy that came from a registry, its version.
 */
export function dependencySpecifier(installation: Installation, projectDir: string): string {
  const parent = dirname(installation.root);
  if (parent.endsWith(`${sep}node_modules`)) {
    const owner = dirname(parent);
    const wanted = readManifest(owner)?.dependencies["ai-pipeline"];
    if (wanted && !/^(file:|\.|\/)/.test(wanted)) return `^${installation.version}`;
    const tarball = wanted?.replace(/^file:/, "");
    if (tarball && /\.t(ar\.)?gz$/.test(tarball) && existsSync(resolve(owner, tarball))) {
      return fileSpecifier(projectDir, resolve(owner, tarball));
    }
  }
  return fileSpecifier(projectDir, installation.root);
}

function fileSpecifier(from: string, to: string): string {
  return `file:${relative(from, to).split(sep).join("/") || "."}`;
}

function same(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}
