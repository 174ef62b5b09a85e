import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { plainEnv } from "../../../scripts/peers/spawn.ts";
import { stageVariables, terraformVariables } from "../../../src/contract/variables.ts";
import type { ResolvedConfig } from "../../../src/contract/config.ts";
import { execa } from "execa";

export const root = join(import.meta.dirname, "..", "..", "..");
export const source = join(root, "infrastructure", "terraform");

/** What is to fail or be slow in the stand-in; see test/terraform-provider/world.go. */
export interface Fault {
  type: string;
  name?: string;
  action?: "create" | "update" | "delete";
  error?: string;
  ms?: number;
}

export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** The lines of `-json`. */
  messages: Record<string, unknown>[];
}

/** A stage's configuration in a folder of its own, and the folder that stands in for its cloud. */
export interface Workdir {
  dir: string;
  env: NodeJS.ProcessEnv;
  variables: string;
  /** Runs terraform to its end. */
  terraform(...words: string[]): Promise<Ended>;
  configure(config: ResolvedConfig): Promise<void>;
  /** Writes a file of the configuration anew. */
  edit(file: string, change: (text: string) => string): Promise<void>;
  faults(faults: Fault[]): Promise<void>;
  /** Ids of what is there, by type. */
  resources(): Promise<Record<string, string[]>>;
  /** A resource's attributes as they lie in the world. */
  resource(type: string, id: string): Promise<Record<string, unknown>>;
  /** Changes or removes (undefined) a resource behind Terraform's back. */
  meddle(type: string, id: string, attributes: Record<string, unknown> | undefined): Promise<void>;
  /** What the world was asked to do, in order. */
  calls(): Promise<{ action: string; type: string; id: string }[]>;
}

/** @param cliConfig makes Terraform take the stand-in. */
export async function makeWorkdir(cliConfig: string, config: ResolvedConfig): Promise<Workdir> {
  const folder = await mkdtemp(join(inject("peers").scratch, "terraform-"));
  const dir = join(folder, "infra");
  const world = join(folder, "world");
  await cp(source, dir, { recursive: true });
  await mkdir(world);
  await mkdir(join(folder, "dist"));
  for (const name of ["worker", "api"]) await writeFile(join(folder, "dist", `${name}.zip`), name);
  const variables = join(folder, "dist", "terraform.tfvars.json");
  const env = plainEnv({ TF_CLI_CONFIG_FILE: cliConfig, AI_PIPELINE_WORLD: world, TF_IN_AUTOMATION: "1" });
  const file = (type: string, id: string) => join(world, type, `${encodeURIComponent(id)}.json`);

  const workdir: Workdir = {
    dir,
    env,
    variables,
    async terraform(...words) {
      const { stdout, stderr, exitCode } = await execa("terraform", words, {
        cwd: dir,
        env,
        extendEnv: false,
        reject: false,
        stdin: "ignore",
      });
      return { stdout, stderr, exitCode: exitCode ?? -1, messages: parseLines(stdout) };
    },
    async configure(next) {
      const all = terraformVariables(stageVariables(next), { worker: archive("worker"), api: archive("api") });
      await writeFile(variables, JSON.stringify(all, null, 2));
    },
    async edit(name, change) {
      await writeFile(join(dir, name), change(await readFile(join(dir, name), "utf8")));
    },
    faults: (faults) => writeFile(join(world, "faults.json"), JSON.stringify(faults)),
    async resources() {
      const types = await readdir(world, { withFileTypes: true });
      const found: Record<string, string[]> = {};
      for (const { name } of types.filter((entry) => entry.isDirectory())) {
        const ids = (await readdir(join(world, name))).map((id) => decodeURIComponent(id.replace(/\.json$/, "")));
        if (ids.length > 0) found[name] = ids.toSorted();
      }
      return found;
    },
    resource: async (type, id) => asObject(JSON.parse(await readFile(file(type, id), "utf8"))),
    async meddle(type, id, attributes) {
      if (attributes === undefined) return rm(file(type, id));
      await writeFile(file(type, id), JSON.stringify({ ...(await workdir.resource(type, id)), ...attributes }));
    },
    async calls() {
      const text = await readFile(join(world, "calls.ndjson"), "utf8").catch(() => "");
      return parseLines(text).map(({ action, type, id }) => ({
        action: String(action),
        type: String(type),
        id: String(id),
      }));
    },
  };
  await workdir.configure(config);
  return workdir;
}

function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => asObject(JSON.parse(line)));
}

export function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new Error(`This is no object: ${JSON.stringify(value)}`);
  return { ...value };
}

/** @returns where an archive lies. */
export const archive = (name: string) => ({
  path: `../dist/${name}.zip`,
  sha256: createHash("sha256").update(name).digest("base64"),
  key: name,
});

/** @returns messages of a type. */
export const ofType = (messages: Record<string, unknown>[], type: string) =>
  messages.filter((message) => message["type"] === type);

/** @returns what was begun of resources; data that is looked up is none. */
export const startedIn = (messages: Record<string, unknown>[]) =>
  ofType(messages, "apply_start")
    .map(({ hook }) => asObject(hook))
    .filter(({ action }) => action !== "read");
