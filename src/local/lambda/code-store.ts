import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FunctionDefinition, FunctionRecord } from "./definition.ts";
import type { CodeFacts } from "./host.ts";
import { invalidParameter } from "./input.ts";
import type { Workspace } from "./workspace.ts";
import { readZip } from "./zip.ts";

/** A function as it lies on disk. */
export interface StoredFunction {
  definition: FunctionDefinition;
  code: CodeFacts;
}

/** Code and definitions of the functions that were created through the API. */
export interface CodeStore {
  /** Unpacks an archive. @returns its folder and facts. @throws AwsError when it is none. */
  unpack(functionName: string, zip: Buffer): { codeDir: string; code: CodeFacts };
  save(record: Pick<FunctionRecord, "definition" | "codeSha256" | "codeSize">): void;
  remove(functionName: string): void;
  /** What an earlier run left. */
  load(): StoredFunction[];
}

/** @param kept whether the workspace outlives the stack; if not, nothing but code is written. */
export function createCodeStore(workspace: Workspace, kept: boolean): CodeStore {
  const folder = (name: string) => join(workspace.dir(), "functions", name);
  return {
    unpack(name, zip) {
      const sha256 = createHash("sha256").update(zip).digest();
      const codeDir = join(folder(name), sha256.toString("hex").slice(0, 16));
      const code = { sha256: sha256.toString("base64"), size: zip.length };
      if (existsSync(codeDir)) return { codeDir, code };
      // Written aside and renamed, so that a folder of this name is whole.
      const partial = `${codeDir}.partial`;
      rmSync(partial, { recursive: true, force: true });
      try {
        for (const entry of readZip(zip)) {
          const path = join(partial, entry.name);
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, entry.data);
        }
        mkdirSync(partial, { recursive: true });
      } catch (error) {
        rmSync(partial, { recursive: true, force: true });
        throw invalidParameter(
          `Could not unzip uploaded file. Please check your file, then try to upload again (${error instanceof Error ? error.message : String(error)}).`,
        );
      }
      renameSync(partial, codeDir);
      return { codeDir, code };
    },
    save({ definition, codeSha256: sha256, codeSize: size }) {
      if (!kept) return;
      const path = join(folder(definition.name), "function.json");
      const stored: StoredFunction = { definition, code: { sha256, size } };
      writeFileSync(`${path}.partial`, JSON.stringify(stored), { mode: 0o600 });
      renameSync(`${path}.partial`, path);
    },
    remove: (name) => rmSync(folder(name), { recursive: true, force: true }),
    load() {
      if (!kept) return [];
      const root = join(workspace.dir(), "functions");
      if (!existsSync(root)) return [];
      return readdirSync(root).flatMap((name) => {
        const stored = read(join(root, name, "function.json"));
        return stored && existsSync(stored.definition.codeDir) ? [stored] : [];
      });
    },
  };
}

function read(path: string): StoredFunction | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isStored(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStored(value: unknown): value is StoredFunction {
  if (typeof value !== "object" || value === null || !("definition" in value) || !("code" in value)) return false;
  const { definition } = value;
  if (typeof definition !== "object" || definition === null) return false;
  return ["name", "codeDir", "handler"].every((key) => typeof Reflect.get(definition, key) === "string");
}
