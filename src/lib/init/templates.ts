import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { InitListEvent } from "../../contract/operations/init.ts";
import { readManifest } from "../installation.ts";
import type { Workplace } from "../services.ts";

export interface Template {
  name: string;
  description: string;
  /** Whether it needs an install before it runs. */
  dependencies: boolean;
  dir: string;
  /** What `submit` is given to try it: a prompt in quotes, and flags. */
  task: string;
}

/** @returns the templates that come with the tool, in their own order. */
export async function readTemplates(root: string): Promise<Template[]> {
  const folder = join(root, "templates");
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => readTemplate(join(folder, name))));
  return found
    .filter((item) => item !== undefined)
    .toSorted((a, b) => a.order - b.order)
    .map(({ name, description, dependencies, dir, task }) => ({ name, description, dependencies, dir, task }));
}

async function readTemplate(dir: string): Promise<(Template & { order: number }) | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(dir, "template.json"), "utf8"));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("name" in value) || !("description" in value)) return undefined;
  const { name, description } = value;
  if (typeof name !== "string" || typeof description !== "string") return undefined;
  const order = "order" in value && typeof value.order === "number" ? value.order : Number.MAX_SAFE_INTEGER;
  const task = "task" in value && typeof value.task === "string" ? value.task : '"What is a dead-letter queue?"';
  return { name, description, order, dir, task, dependencies: hasDependencies(dir) };
}

/** Only what runs counts: types and compilers are for the editor. */
function hasDependencies(dir: string): boolean {
  const manifest = readManifest(dir);
  return Object.keys(manifest?.runtime ?? {}).some((name) => name !== "ai-pipeline");
}

/** @throws AbortError `TEMPLATE_UNKNOWN` naming those there are. */
export async function findTemplate(root: string, name: string): Promise<Template> {
  const templates = await readTemplates(root);
  const template = templates.find((item) => item.name === name);
  if (template) return template;
  throw new AbortError(`There is no template "${name}".`, {
    code: "TEMPLATE_UNKNOWN",
    where: "--template",
    hint: ["Choose one of these:", ...templates.map((item) => `  ${item.name.padEnd(12)} ${item.description}`)],
    exitCode: EXIT.usage,
  });
}

/** Lists the templates. */
export async function* listTemplates(place: Workplace): AsyncGenerator<InitListEvent> {
  const templates = await readTemplates(place.installation.root);
  for (const { name, description, dependencies } of templates)
    yield { type: "template", name, description, dependencies };
  yield { type: "summary", operation: "init-list", exitCode: EXIT.completed, count: templates.length };
}
