import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");

interface Locked {
  version?: string;
  resolved?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Manifest {
  dependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

let packages: Record<string, Locked>;
let manifest: Manifest;

beforeAll(async () => {
  const lock: { packages: Record<string, Locked> } = JSON.parse(
    await readFile(join(root, "package-lock.json"), "utf8"),
  );
  packages = lock.packages;
  manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
});

test("the lock file names no addresses: any registry will do", () => {
  expect(Object.entries(packages).flatMap(([path, { resolved }]) => (resolved ? [path] : []))).toEqual([]);
});

// npm 11 refuses `npm ci` when a registry lacks one platform's package, and npm 10 installs nothing on that platform.
test("the lock file holds the packages of every platform", () => {
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !lookUp(path, name))
      .map((name) => `${name}, of ${path}`),
  );
  expect(missing).toEqual([]);
});

test("every package with an install script was looked at", () => {
  const scripted = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript);
  const names = new Set(scripted.map((path) => path.replace(/^.*node_modules\//, "")));
  // npm 11 warns of one without an entry.
  expect([...names].filter((name) => !(name in manifest.allowScripts))).toEqual([]);
});

test("esbuild is all that a user installs beside us", () => {
  expect(Object.keys(manifest.dependencies)).toEqual(["esbuild"]);
});

/** @returns whether Node would find `name` from the package at `path`. */
function lookUp(path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/"))).replace(/\/$/, "")) {
    if (`${at === "" ? "" : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === "") return false;
  }
}
