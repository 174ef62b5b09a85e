/*
 * Stands in for the packages `level` and `memory-level` in the bundle (esbuild: `alias`). dynalite's helpers load them for a
 * store of its own that is never made here, and `level` is a native addon.
 */

export class Level {
  constructor() {
    throw new Error("dynalite's own store is not part of this build.");
  }
}

export { Level as MemoryLevel };
