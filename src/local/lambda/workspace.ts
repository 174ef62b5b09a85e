import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOOTSTRAP_SOURCE } from "./bootstrap-source.ts";

/** The folder that holds the bootstrap and the code of functions created through the API. */
export interface Workspace {
  /** Made on first use. */
  dir(): string;
  /** The bootstrap's file, written on first use. */
  bootstrap(): string;
  /** The folder, when it is a temporary one that exists. */
  temporary(): string | undefined;
  /** Removes what was temporary. */
  close(): void;
}

/** @param stateDir where the stack keeps its state; absent: a temporary folder that ends with the stack. */
export function createWorkspace(stateDir: string | undefined): Workspace {
  let dir: string | undefined;
  let bootstrap: string | undefined;
  const make = () => {
    if (stateDir === undefined) return mkdtempSync(join(tmpdir(), "ai-pipeline-lambda-"));
    const path = join(stateDir, "lambda");
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const workspace: Workspace = {
    dir: () => (dir ??= make()),
    bootstrap() {
      if (bootstrap) return bootstrap;
      // Named by its content, so that stacks of two versions may share a folder.
      const version = createHash("sha256").update(BOOTSTRAP_SOURCE).digest("hex").slice(0, 12);
      const path = join(workspace.dir(), `bootstrap-${version}.cjs`);
      if (!existsSync(path)) writeFileSync(path, BOOTSTRAP_SOURCE, { mode: 0o600 });
      return (bootstrap = path);
    },
    temporary: () => (stateDir === undefined ? dir : undefined),
    close() {
      if (stateDir === undefined && dir) rmSync(dir, { recursive: true, force: true });
    },
  };
  return workspace;
}
