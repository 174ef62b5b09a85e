import type { StackEvent } from "../context.ts";

export interface BundlerOptions {
  /** Absolute; entries are relative to it. */
  projectDir: string;
  /** Where builds go: `<outDir>/<target>/<hash of the build>/index.js`. */
  outDir: string;
  /** Modules that `ai-pipeline`, `ai-pipeline/runtime` and `ai-pipeline/client` mean when the project has no copy of its own. */
  modules: { main: string; runtime: string; client: string };
  /** What is deployed is made small: it is read at every cold start. Names of classes and functions stay. Default false. */
  minify?: boolean;
  /** Hears `function` events: building, ready, failed. */
  emit(event: StackEvent): void;
  /** Epoch milliseconds. Default Date.now. */
  now?(): number;
}

export interface BundleTarget {
  /** Names the output's folder and the events; a function's name. */
  name: string;
  /** A file of the project, or an absolute path. */
  entry: string;
}

/** What a compiler has to say. Line and column count from 1. */
export interface BuildMessage {
  text: string;
  /** Relative to the project. */
  file?: string;
  line?: number;
  column?: number;
  lineText?: string;
}

export type BuildResult =
  | {
      ok: true;
      target: string;
      /** Holds `index.js`, its chunks and source maps, and a `package.json` that says `module`. Never written to again. */
      codeDir: string;
      /** Of all files but source maps. */
      bytes: number;
      /** Of the entry; absent where only running it tells. */
      exports?: string[];
      warnings: BuildMessage[];
      ms: number;
    }
  | { ok: false; target: string; errors: BuildMessage[]; ms: number };

export interface Bundler {
  /** Builds once, without watching. A compile error is a result, not a throw. */
  buildOnce(target: BundleTarget): Promise<BuildResult>;
  /**
   * Builds, then again on every change of a file the build read. `onBuild` hears each result that differs from the one
   * before: code that changed, or errors.
   *
   * @returns the first result.
   */
  watch(target: BundleTarget, onBuild: (result: BuildResult) => void): Promise<BuildResult>;
  /** Ends all watching. Builds stay where they are. */
  close(): Promise<void>;
}
