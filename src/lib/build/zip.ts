import type { Zippable } from "fflate";

/** A file of an archive. */
export interface ZipFile {
  /** Relative, with forward slashes. */
  name: string;
  data: Uint8Array;
}

/** The first day a zip archive can tell. */
const FIRST_DAY = new Date(1980, 0, 1);
/** The next ones take half as long again for a hundredth less. */
const LEVEL = 6;
const READABLE = 0o644 << 16;
const UNIX = 3;

/**
 * @returns an archive that depends on its files alone: same order, date and permissions wherever it is made. Not by
 * `node:zlib`, whose output depends on the processor.
 */
export async function zip(files: readonly ZipFile[]): Promise<Uint8Array> {
  const { zipSync } = await import("fflate");
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const entries: Zippable = {};
  for (const { name, data } of sorted)
    entries[name] = [data, { level: LEVEL, mtime: FIRST_DAY, os: UNIX, attrs: READABLE }];
  return zipSync(entries);
}
