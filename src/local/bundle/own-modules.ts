import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";
import type { BundlerOptions } from "./types.ts";

/** Whether a folder, or one above it, has a package installed. */
export function hasPackage(dir: string, name: string): boolean {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name, "package.json"))) return true;
    if (dirname(at) === at) return false;
  }
}

/**
 * Lets a project import `ai-pipeline` before it has installed anything. A copy of its own wins: that is what will be
 * deployed.
 */
export function ownModules(projectDir: string, modules: BundlerOptions["modules"]): Plugin {
  const paths = new Map([
    ["ai-pipeline", modules.main],
    ["ai-pipeline/runtime", modules.runtime],
    ["ai-pipeline/client", modules.client],
  ]);
  return {
    name: "ai-pipeline-own-modules",
    setup(build) {
      let installed = false;
      // Looked at for each build: an install may come while we watch.
      build.onStart(() => void (installed = hasPackage(projectDir, "ai-pipeline")));
      build.onResolve({ filter: /^ai-pipeline(\/(runtime|client))?$/ }, ({ path }) => {
        const own = paths.get(path);
        return installed || own === undefined ? undefined : { path: own };
      });
    },
  };
}
