import { readdirSync, statSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import { APP_PATTERN } from "../../contract/names.ts";
import { checkAppName } from "../app-name.ts";
import { dependencySpecifier, type Installation } from "../installation.ts";
import type { Template } from "./templates.ts";

/** Never part of a project: what describes the template, and what running it in place leaves. */
const SKIPPED = new Set(["template.json", "node_modules", ".ai-pipeline", "package-lock.json", ".env", "dist"]);
/** npm leaves a `.gitignore` out of a tarball. */
const RENAMED: Record<string, string> = { gitignore: ".gitignore", npmrc: ".npmrc" };

/** Waits for nothing, so that a folder can be judged as it is typed. @throws UsageError `APP_INVALID`; AbortError `DIRECTORY_NOT_EMPTY`. */
export function checkTarget(directory: string, app: string): void {
  checkAppName(app, suggestApp(app));
  const info = statSync(directory, { throwIfNoEntry: false });
  if (!info) return;
  if (!info.isDirectory()) {
    throw new AbortError(`${basename(directory)} is a file.`, {
      code: "DIRECTORY_NOT_EMPTY",
      where: directory,
      hint: "Name a folder that does not exist yet.",
    });
  }
  const content = readdirSync(directory).filter((name) => name !== ".git" && name !== ".DS_Store");
  if (content.length > 0) {
    const shown = content.slice(0, 3).join(", ") + (content.length > 3 ? ` and ${content.length - 3} more` : "");
    throw new AbortError(`The folder ${basename(directory)} is not empty: it holds ${shown}.`, {
      code: "DIRECTORY_NOT_EMPTY",
      where: directory,
      hint: "Name a new or empty folder; nothing was written.",
    });
  }
}

/** @returns a name close to what was asked for that may be used; undefined when nothing of it can. */
export function suggestApp(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 32)
    .replace(/-+$/, "");
  return APP_PATTERN.test(name) ? name : undefined;
}

/** Copies a template and makes it the app's. @returns each file as it is written, relative, with forward slashes. */
export async function* scaffold(
  template: Template,
  directory: string,
  app: string,
  installation: Installation,
): AsyncGenerator<string> {
  for await (const source of filesOf(template.dir)) {
    const from = relative(template.dir, source);
    const name = basename(from);
    const path = join(dirname(from), RENAMED[name] ?? name);
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    const text = await rewrite(from, source, directory, app, installation);
    if (text === undefined) await copyFile(source, target);
    else await writeFile(target, text);
    yield path.split(sep).join("/");
  }
}

async function* filesOf(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
    if (SKIPPED.has(entry.name)) continue;
    const path = resolve(folder, entry.name);
    if (entry.isDirectory()) yield* filesOf(path);
    else yield path;
  }
}

/** The app's name stands in a few files; everything else is copied byte by byte. */
async function rewrite(
  path: string,
  source: string,
  directory: string,
  app: string,
  installation: Installation,
): Promise<string | undefined> {
  if (path === "package.json") return manifestFor(await readFile(source, "utf8"), directory, app, installation);
  if (path === "README.md") return (await readFile(source, "utf8")).replace(/^# .*/, `# ${app}`);
  if (!/^ai-pipeline\.config\.[cm]?[jt]s$/.test(path)) return undefined;
  return (await readFile(source, "utf8")).replace(/(\bapp:\s*)(["'])[^"']*\2/, `$1$2${app}$2`);
}

function manifestFor(text: string, directory: string, app: string, installation: Installation): string {
  const manifest: unknown = JSON.parse(text);
  if (typeof manifest !== "object" || manifest === null) throw new Error("A template's package.json is not an object.");
  const dependencies: unknown = "dependencies" in manifest ? manifest.dependencies : {};
  const joined = {
    "ai-pipeline": dependencySpecifier(installation, directory),
    ...(typeof dependencies === "object" ? dependencies : {}),
  };
  const own = { ...joined, "ai-pipeline": dependencySpecifier(installation, directory) };
  const sorted = Object.fromEntries(Object.entries(own).toSorted(([a], [b]) => a.localeCompare(b)));
  return `${JSON.stringify({ ...manifest, name: app, dependencies: sorted }, null, 2)}\n`;
}
