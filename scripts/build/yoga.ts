import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

const FILE = /yoga-wasm-base64-esm\.js$/;
const FETCHES = '"function"!=typeof fetch';

/**
 * Yoga, Ink's layout engine, carries its WebAssembly in a data URL and decodes that by `fetch`, where there is one: all of
 * undici, loaded before the first frame. It also knows how to decode it by itself.
 */
export const yogaWithoutFetch: Plugin = {
  name: "yoga-without-fetch",
  setup(build) {
    build.onLoad({ filter: FILE }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      if (!source.includes(FETCHES)) return { errors: [{ text: `${path} no longer asks for fetch as it did.` }] };
      return { contents: source.replace(FETCHES, "!0") };
    });
  },
};
