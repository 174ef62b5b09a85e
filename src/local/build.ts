import { join } from "node:path";
import type { ArchiveName, BuiltCode } from "../contract/operations/build.ts";
import { createBundler, formatBuildMessage } from "./bundle/index.ts";
import { removeOldBuilds } from "./bundle/output.ts";
import { API_ROLES } from "./project-code.ts";
import type { ProjectOptions } from "./stack.ts";

/**
 * Builds the code of a project's worker or of its API's functions, once, by the bundler and settings of `dev`: what runs
 * locally is what is deployed.
 *
 * @param outDir where builds go.
 */
export async function buildCode(
  project: Pick<ProjectOptions, "dir" | "config" | "modules" | "apiCodeDir">,
  what: ArchiveName,
  outDir: string,
): Promise<BuiltCode> {
  const { config, modules, apiCodeDir } = project;
  if (what === "api" && config.api.entry === undefined && apiCodeDir !== undefined)
    return { ok: true, codeDir: apiCodeDir, warnings: [] };
  const bundler = createBundler({ projectDir: project.dir, outDir, modules, minify: true, emit() {} });
  const entry = what === "worker" ? config.worker.entry : (config.api.entry ?? modules.api);
  try {
    const built = await bundler.buildOnce({ name: what, entry });
    if (!built.ok) return { ok: false, errors: built.errors.map(formatBuildMessage) };
    const error = missingExport(built.exports, what, entry);
    if (error !== undefined) return { ok: false, errors: [error] };
    removeOldBuilds(join(outDir, what), built.codeDir);
    return { ok: true, codeDir: built.codeDir, warnings: built.warnings.map(formatBuildMessage) };
  } finally {
    await bundler.close();
  }
}

/** On AWS a function without its handler fails at its first call only; here `dev` tells of it as soon as it starts one. */
function missingExport(exports: readonly string[] | undefined, what: ArchiveName, entry: string): string | undefined {
  const wanted = what === "worker" ? ["handler"] : API_ROLES;
  const missing = exports && wanted.filter((name) => !exports.includes(name));
  if (!missing || missing.length === 0) return undefined;
  const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
  return `${entry} does not export ${list(missing)} (it exports ${list(exports) || "nothing"}).`;
}
