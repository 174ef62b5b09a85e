import { readFile, rename, writeFile } from "node:fs/promises";
import { makeOwnFolder, ownFolder } from "../own-folder.ts";

/** Where a stage was deployed to from this project. */
export interface StagePlace {
  account: string;
  region: string;
}

/** @returns the file that remembers them. */
export const placesFile = (projectDir: string) => ownFolder(projectDir, "deployed.json");

/** @returns where the stage was deployed to; undefined when that was not from here. */
export async function readPlace(projectDir: string, stage: string): Promise<StagePlace | undefined> {
  return (await readAll(projectDir))[stage];
}

/** Remembers where a stage is; undefined: it is gone. */
export async function writePlace(projectDir: string, stage: string, place: StagePlace | undefined): Promise<void> {
  const { [stage]: _before, ...others } = await readAll(projectDir);
  const file = placesFile(projectDir);
  await makeOwnFolder(projectDir);
  await writeFile(
    `${file}.${process.pid}`,
    `${JSON.stringify({ ...others, ...(place ? { [stage]: place } : {}) })}\n`,
    {
      mode: 0o600,
    },
  );
  await rename(`${file}.${process.pid}`, file);
}

async function readAll(projectDir: string): Promise<Record<string, StagePlace>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(placesFile(projectDir), "utf8"));
  } catch {
    return {};
  }
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, StagePlace] => isPlace(entry[1])));
}

function isPlace(value: unknown): value is StagePlace {
  return (
    typeof value === "object" &&
    value !== null &&
    "account" in value &&
    "region" in value &&
    typeof value.account === "string" &&
    typeof value.region === "string"
  );
}
