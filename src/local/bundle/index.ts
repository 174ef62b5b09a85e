import { isAbsolute, join, normalize } from "node:path";
import type { BuildContext, BuildOptions, BuildResult as EsbuildResult, Plugin } from "esbuild";
import { exportsOf } from "./exports.ts";
import { formatBuildMessage, messagesOf, toBuildMessage } from "./messages.ts";
import { removeOldBuilds, writeBuild } from "./output.ts";
import { ownModules } from "./own-modules.ts";
import type { Bundler, BundlerOptions, BuildResult, BundleTarget } from "./types.ts";

export { formatBuildMessage } from "./messages.ts";
export type { Bundler, BundlerOptions, BuildResult } from "./types.ts";

/*
 * CommonJS dependencies inside an ESM bundle look for these as free variables. On the global object, because a `const`
 * of the banner's would clash with a module that makes a `require` of its own.
 */
const BANNER = [
  'import { createRequire as aiPipelineRequire } from "node:module";',
  "globalThis.require ??= aiPipelineRequire(import.meta.url);",
  "globalThis.__filename ??= import.meta.filename;",
  "globalThis.__dirname ??= import.meta.dirname;",
].join("\n");

/** Bundles a project's functions for Node 22 and later with esbuild, which is loaded with the first build. */
export function createBundler(options: BundlerOptions): Bundler {
  const now = options.now ?? Date.now;
  const contexts = new Set<BuildContext>();
  let closed = false;

  const settings = (target: BundleTarget, plugins: Plugin[]): BuildOptions => ({
    absWorkingDir: options.projectDir,
    entryPoints: [{ in: isAbsolute(target.entry) ? target.entry : `./${normalize(target.entry)}`, out: "index" }],
    // As deep as the folder a build ends in, so that paths in source maps hold.
    outdir: baseOf(target),
    write: false,
    metafile: true,
    bundle: true,
    platform: "node",
    target: "node22.18",
    format: "esm",
    splitting: true,
    // Errors are told apart by their class, in records and on screens.
    keepNames: true,
    minify: options.minify ?? false,
    mainFields: ["module", "main"],
    chunkNames: "chunks/[name]-[hash]",
    sourcemap: true,
    // Places in the source are what a stack needs; its text, with that of every package, would be most of an archive.
    sourcesContent: !options.minify,
    banner: { js: BANNER },
    loader: { ".node": "copy" },
    legalComments: "none",
    logLevel: "silent",
    plugins: [ownModules(options.projectDir, options.modules), ...plugins],
  });

  const rootOf = (target: BundleTarget) => join(options.outDir, target.name);
  const baseOf = (target: BundleTarget) => join(rootOf(target), "build");

  const building = (target: BundleTarget) =>
    options.emit({ type: "function", at: now(), name: target.name, state: "building" });

  const finish = (
    target: BundleTarget,
    startedAt: number,
    result: EsbuildResult | undefined,
    error?: unknown,
  ): BuildResult => {
    const built = settle(target, startedAt, result, error);
    if (built.ok) options.emit({ type: "function", at: now(), name: target.name, state: "ready", ms: built.ms });
    else
      options.emit({
        type: "function",
        at: now(),
        name: target.name,
        state: "failed",
        message: built.errors.map(formatBuildMessage).join("\n"),
      });
    return built;
  };

  const settle = (
    target: BundleTarget,
    startedAt: number,
    result: EsbuildResult | undefined,
    error: unknown,
  ): BuildResult => {
    const failed = (errors: BuildResult & { ok: false }) => errors;
    const ms = () => performance.now() - startedAt;
    if (!result) return failed({ ok: false, target: target.name, errors: messagesOf(error), ms: ms() });
    if (result.errors.length > 0)
      return failed({ ok: false, target: target.name, errors: result.errors.map(toBuildMessage), ms: ms() });
    try {
      const { codeDir, bytes } = writeBuild(result.outputFiles ?? [], baseOf(target), rootOf(target));
      const exports = result.metafile && exportsOf(result.metafile);
      return {
        ok: true,
        target: target.name,
        codeDir,
        bytes,
        ...(exports ? { exports } : {}),
        warnings: result.warnings.map(toBuildMessage),
        ms: ms(),
      };
    } catch (reason) {
      return failed({ ok: false, target: target.name, errors: messagesOf(reason), ms: ms() });
    }
  };

  return {
    async buildOnce(target) {
      const esbuild = await import("esbuild");
      const startedAt = performance.now();
      building(target);
      try {
        return finish(target, startedAt, await esbuild.build(settings(target, [])));
      } catch (error) {
        return finish(target, startedAt, undefined, error);
      }
    },

    async watch(target, onBuild) {
      const esbuild = await import("esbuild");
      let told = "";
      return new Promise<BuildResult>((resolveFirst, reject) => {
        let startedAt = performance.now();
        const report: Plugin = {
          name: "ai-pipeline-report",
          setup(build) {
            build.onStart(() => {
              startedAt = performance.now();
              building(target);
            });
            build.onEnd((result) => {
              if (closed) return;
              const built = finish(target, startedAt, result);
              if (built.ok) removeOldBuilds(rootOf(target), built.codeDir);
              const state = built.ok ? built.codeDir : built.errors.map(formatBuildMessage).join("\n");
              if (state !== told) onBuild(built);
              told = state;
              resolveFirst(built);
            });
          },
        };
        const start = async () => {
          const context = await esbuild.context(settings(target, [report]));
          if (closed) return context.dispose();
          contexts.add(context);
          await context.watch();
        };
        start().catch(reject);
      });
    },

    async close() {
      closed = true;
      await Promise.all([...contexts].map((context) => context.dispose()));
      contexts.clear();
    },
  };
}
