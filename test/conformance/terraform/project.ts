import { mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject } from "vitest";
import { plainEnv } from "../../../scripts/peers/spawn.ts";
import { run } from "../../cli/harness.ts";
import { root } from "./workdir.ts";

/** The local stack's account. */
export const ACCOUNT = "000000000000";

/** A project as a new user makes it, deployed by Terraform to a stand-in that has queues, tables and functions on a local stack. */
export interface Project {
  dir: string;
  env: Record<string, string>;
  /** Runs a command line in it. */
  own(...words: string[]): ReturnType<typeof run>;
}

/** @param cliConfig makes Terraform take the stand-in. @param endpoint the local stack's. */
export async function makeProject(cliConfig: string, endpoint: string, template: string): Promise<Project> {
  const folder = await mkdtemp(join(inject("peers").scratch, "project-"));
  const all = plainEnv({
    TF_CLI_CONFIG_FILE: cliConfig,
    AI_PIPELINE_WORLD: join(folder, "world"),
    AI_PIPELINE_WORLD_ACCOUNT: ACCOUNT,
    AWS_ENDPOINT_URL: endpoint,
  });
  // Without keys, what lies on the loopback address is a local stack, which takes any.
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _key, ...rest } = all;
  const env = Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const dir = join(folder, "my-app");
  const words = ["init", "my-app", "--template", template, "--iac", "terraform", "--no-install"];
  expect(await run(words, { cwd: folder, env })).toMatchObject({ exitCode: 0 });
  // As installed: the templates' packages are ours.
  await symlink(join(root, "node_modules"), join(dir, "node_modules"));
  const config = join(dir, "ai-pipeline.config.ts");
  // A model that needs no key.
  const environment = 'environment: { OLLAMA_BASE_URL: "http://127.0.0.1:9" }';
  const text = await readFile(config, "utf8");
  await writeFile(config, text.replace("maxConcurrency: 5,", `maxConcurrency: 5,\n    ${environment},`));
  return { dir, env, own: (...list) => run(list, { cwd: dir, env }) };
}
