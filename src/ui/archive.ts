import type { Archive, ArchiveBuilt } from "../contract/operations/build.ts";
import { formatBytes, formatDuration } from "./format.ts";

/** @returns `worker.zip 1.2 MB, 5.1 MB unzipped (2.9 MB of it source maps)`. */
export function describeArchive({ name, bytes, unzippedBytes, sourceMapBytes }: Archive): string {
  const maps = sourceMapBytes > 0 ? ` (${formatBytes(sourceMapBytes)} of it source maps)` : "";
  return `${name}.zip ${formatBytes(bytes)}, ${formatBytes(unzippedBytes)} unzipped${maps}`;
}

/** @returns what a build of an archive tells, a line each. */
export function archiveLines({ name, state, archive, warnings = [], ms = 0 }: ArchiveBuilt): string[] {
  if (state === "building" || !archive) return [`building ${name}`];
  return [...warnings.map((text) => `warning: ${text}`), `${describeArchive(archive)}, in ${formatDuration(ms)}`];
}
