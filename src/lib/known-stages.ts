import { readFile, rename, writeFile } from "node:fs/promises";
import { STAGE_PATTERN } from "../contract/names.ts";
import { makeOwnFolder, ownFolder } from "./own-folder.ts";

/** More than anyone has; a script that makes stages by the hundred does not make the file grow. */
const KEPT = 50;

const pathOf = (projectDir: string) => ownFolder(projectDir, "stages.json");

/** @returns the deployed stages that commands of this project have been used on, the latest first. */
export async function readKnownStages(projectDir: string): Promise<string[]> {
  try {
    const value: unknown = JSON.parse(await readFile(pathOf(projectDir), "utf8"));
    return Array.isArray(value) ? value.filter((name): name is string => STAGE_PATTERN.test(String(name))) : [];
  } catch {
    return [];
  }
}

/** Remembers a stage that answered. Never fails: it is a convenience of completion's. */
export async function rememberStage(projectDir: string, stage: string): Promise<void> {
  const known = await readKnownStages(projectDir);
  if (known[0] === stage) return;
  const path = pathOf(projectDir);
  const names = [stage, ...known.filter((name) => name !== stage)].slice(0, KEPT);
  try {
    await makeOwnFolder(projectDir);
    // Put in place whole: a command beside this one reads it.
    await writeFile(`${path}.${process.pid}`, `${JSON.stringify(names)}\n`, { mode: 0o600 });
    await rename(`${path}.${process.pid}`, path);
  } catch {
    // A folder that cannot be written to is no reason to fail.
  }
}
