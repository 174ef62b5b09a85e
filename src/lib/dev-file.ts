import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

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

/** Folder of the local stage's state inside a project. */
export const stateDirectory = (projectDir: string) => join(projectDir, ".ai-pipeline", "local");

const path = (projectDir: string) => join(stateDirectory(projectDir), "dev.json");

/** @returns what runs in this project, if it still does; a stale file (SIGKILL, power cut) counts as nothing. */
export async function findRunning(projectDir: string): Promise<DevFile | undefined> {
  const file = await read(projectDir);
  if (!file || !isAlive(file.pid)) return undefined;
  // The pid may have been given to another process since.
  return (await listens(file.endpoint)) ? file : undefined;
}

/** Announces a running stack. */
export async function writeDevFile(projectDir: string, file: DevFile): Promise<void> {
  await mkdir(stateDirectory(projectDir), { recursive: true, mode: 0o700 });
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

function listens(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 1000 });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
    socket.once("timeout", () => done(false));
  });
}
