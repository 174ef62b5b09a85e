import type { Plugin } from "esbuild";

/** Modules whose exports hold getters that load much more: all of undici behind `node:http`, streams behind `node:fs`. */
const HEAVY = /^(node:)?(http|fs)$/;

/**
 * Takes Node's heavy modules as objects. An `import` of them reads every export at once, and so runs their lazy getters:
 * some 30 ms at the start of every command, for a WebSocket that nobody uses.
 */
export const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup(build) {
    build.onResolve({ filter: HEAVY }, ({ path }) => ({ path: path.replace("node:", ""), namespace: "lazy-builtin" }));
    build.onLoad({ filter: /.*/, namespace: "lazy-builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}");`,
    }));
  },
};
