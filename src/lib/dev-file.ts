import { readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseDescription, type StageDescription } from "../contract/description.ts";
import { makeOwnFolder, ownFolder } from "./own-folder.ts";
import { foldersUp, mayHoldConfig } from "./config/places.ts";

/** What a running stack leaves in the project, so that other commands find it. Mode 0600: it holds the control token. */
export interface DevFile {
  pid: number;
  /** `dev`, or a command that runs the stack for itself and ends it soon. */
  kind: "dev" | "command";
  endpoint: string;
  app: string;
  /** ISO 8601. */
  startedAt: string;
  version: string;
  controlToken: string;
}

const STATE = "local";
/** Folder of the local stage's state inside a project. */
export const stateDirectory = (projectDir: string) => ownFolder(projectDir, STATE);

/** A stack that listens but does not answer in this time is busy. */
const ANSWER_MS = 1000;

const path = (projectDir: string) => join(stateDirectory(projectDir), "dev.json");

/** A stack at work, and what it told of its stage; that is undefined while it is too busy to answer. */
export interface Running extends DevFile {
  description?: StageDescription;
}

/** @returns what runs in this project, if it still does; a stale file (SIGKILL, power cut) counts as nothing. */
export async function findRunning(projectDir: string): Promise<Running | undefined> {
  const file = await read(projectDir);
  if (!file || !isAlive(file.pid)) return undefined;
  // The pid may have been given to another process since, and so may the port.
  const answer = await ask(file);
  return answer && { ...file, ...answer };
}

/**
 * Finds the stack that runs for the project around `cwd` without reading its configuration, whose compiler takes longer than
 * all else that a short command does.
 *
 * @returns undefined also where only the configuration can tell whether there is one.
 */
export async function findRunningAround(cwd: string): Promise<Running | undefined> {
  for (const folder of await foldersUp(cwd)) {
    const running = await findRunning(folder);
    if (running) return running;
    // An inner project is another one, whatever runs outside it.
    if (await mayHoldConfig(folder)) return undefined;
  }
  return undefined;
}

/** Announces a running stack. */
export async function writeDevFile(projectDir: string, file: DevFile): Promise<void> {
  await makeOwnFolder(projectDir, STATE);
  await writeFile(path(projectDir), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
}

/** Takes the announcement back, unless another process has made its own since. */
export async function removeDevFile(projectDir: string, pid: number): Promise<void> {
  const file = await read(projectDir);
  if (file?.pid === pid) await rm(path(projectDir), { force: true });
}

async function read(projectDir: string): Promise<DevFile | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path(projectDir), "utf8"));
    return isDevFile(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDevFile(value: unknown): value is DevFile {
  if (typeof value !== "object" || value === null) return false;
  const entries = new Map(Object.entries(value));
  const texts = ["endpoint", "app", "startedAt", "version", "controlToken"];
  return (
    typeof entries.get("pid") === "number" &&
    ["dev", "command"].includes(String(entries.get("kind"))) &&
    texts.every((name) => typeof entries.get(name) === "string")
  );
}

/** @returns whether a process of this id lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** @returns what the stack tells of its stage; undefined where none listens, or another than the one that wrote the file. */
function ask({ endpoint, controlToken }: DevFile): Promise<Pick<Running, "description"> | undefined> {
  return new Promise((resolve) => {
    const asking = request(`${endpoint}/_ai-pipeline/stage`, {
      agent: false,
      timeout: ANSWER_MS,
      headers: { authorization: `Bearer ${controlToken}` },
    });
    asking.once("timeout", () => {
      resolve({});
      asking.destroy();
    });
    asking.once("error", () => resolve(undefined));
    asking.once("response", (response) => {
      if (response.statusCode === 401) return resolve(undefined);
      text(response).then(
        (body) => {
          const description = parseDescription(body);
          resolve(description ? { description } : {});
        },
        () => resolve({}),
      );
    });
    asking.end();
  });
}
