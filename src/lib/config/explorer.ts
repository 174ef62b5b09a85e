// Imported by name here and lazily by `load.ts`: a bundled CommonJS package has no names for a dynamic import to find.
export { cosmiconfig, defaultLoaders } from "cosmiconfig";
