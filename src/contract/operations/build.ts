import type { FunctionRole } from "../resources.ts";
import type { SummaryBase } from "./shared.ts";

/** What a function's code is built into. The API's functions share one archive. */
export type ArchiveName = "worker" | "api";

/** A folder that holds `index.js` and whatever it needs, as `dev` would run it; or the compiler's words. */
export type BuiltCode = { ok: true; codeDir: string; warnings: string[] } | { ok: false; errors: string[] };

export interface Archive {
  name: ArchiveName;
  /** The functions that run it. */
  roles: FunctionRole[];
  /** Absolute. */
  file: string;
  /** Of the archive. */
  bytes: number;
  /** Of what is in it, source maps included: what AWS limits to 250 MB. */
  unzippedBytes: number;
  /** Of that, source maps. */
  sourceMapBytes: number;
  /** Base64 of the archive's SHA-256: Lambda's CodeSha256. */
  sha256: string;
}

/** One archive, when its build begins and when it is written. */
export interface ArchiveBuilt {
  type: "archive";
  name: ArchiveName;
  state: "building" | "built";
  archive?: Archive;
  /** The compiler's, each with its place; addons for another system, secrets in clear text. */
  warnings?: string[];
  ms?: number;
}

/** A file that infrastructure as code reads. */
export interface InputWritten {
  type: "written";
  /** Absolute. */
  file: string;
  what: "variables" | "template";
}

export interface BuildSummary extends SummaryBase<"build"> {
  app: string;
  stage: string;
  /** Absolute. */
  directory: string;
  archives: Archive[];
  /** Absolute paths of variables and templates. */
  inputs: string[];
  elapsedMs: number;
}

/** `archive`*, `written`*, `summary`. */
export type BuildEvent = ArchiveBuilt | InputWritten | BuildSummary;
