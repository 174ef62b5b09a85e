import { join } from "node:path";
import { build, type BuildOptions, type Metafile } from "esbuild";
import { lazyBuiltins } from "./lazy-builtins.ts";
import { yogaWithoutFetch } from "./yoga.ts";

/** Bundles one part of the product from the repository's `root` into `out`. @returns what went into it. */
export type Bundle = (root: string, out: string) => Promise<Metafile>;

const shared = {
  bundle: true,
  format: "esm",
  target: "node22.18",
  metafile: true,
  // The AWS SDK's ES modules, a third of its CommonJS ones once unused operations are dropped.
  mainFields: ["module", "main"],
  // Error classes are told apart by name, on screen and in records.
  keepNames: true,
  // All licences are in THIRD_PARTY_NOTICES.txt.
  legalComments: "none",
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
} satisfies BuildOptions;

/** CommonJS dependencies call `require` for Node's own modules; an ES module has none. */
const REQUIRE =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

/** The command line and the local stack. Every lazily imported command becomes a chunk, all of them beside `main.js`. */
export const bundleCli: Bundle = (root, out) =>
  run({
    ...shared,
    absWorkingDir: root,
    entryPoints: { main: "src/main.ts" },
    outdir: out,
    platform: "node",
    splitting: true,
    chunkNames: "chunk-[hash]",
    minify: true,
    banner: { js: REQUIRE },
    // Installed beside us, or native add-ons that `ws` does without.
    external: ["esbuild", "bufferutil", "utf-8-validate"],
    plugins: [lazyBuiltins, yogaWithoutFetch],
    // Never reached: React's debugger, and the stores of a dynalite whose table engine alone is used.
    alias: Object.fromEntries(
      ["react-devtools-core", "level", "memory-level"].map((name) => [name, join(root, "scripts/build/empty.ts")]),
    ),
  });

/** The worker library. Users bundle it again, so it stays readable; the AWS clients are chunks of their own. */
export const bundleRuntime: Bundle = (root, out) =>
  run({
    ...shared,
    absWorkingDir: root,
    entryPoints: { index: "src/runtime/index.ts" },
    outdir: join(out, "runtime"),
    platform: "node",
    splitting: true,
    chunkNames: "[name]-[hash]",
    minifySyntax: true,
    minifyWhitespace: true,
  });

/**
 * The API functions of a project that adds none of its own, ready to run: `dev` need not bundle them. The local stack
 * looks for `functions/index.js` and these exports.
 */
export const bundleFunctions: Bundle = (root, out) =>
  run({
    ...shared,
    absWorkingDir: root,
    entryPoints: { index: "src/runtime/api/index.ts" },
    outdir: join(out, "functions"),
    platform: "node",
    splitting: true,
    chunkNames: "chunk-[hash]",
    minify: true,
    banner: { js: REQUIRE },
  });

/** The client, for browsers and Node alike. */
export const bundleClient: Bundle = (root, out) =>
  run({
    ...shared,
    absWorkingDir: root,
    entryPoints: { index: "src/client/index.ts" },
    outdir: join(out, "client"),
    platform: "neutral",
    target: "es2022",
  });

/** `defineConfig`. */
export const bundleConfig: Bundle = (root, out) =>
  run({ ...shared, absWorkingDir: root, entryPoints: { index: "src/index.ts" }, outdir: out, platform: "neutral" });

async function run(options: BuildOptions & { metafile: true }): Promise<Metafile> {
  const result = await build(options);
  return result.metafile;
}
