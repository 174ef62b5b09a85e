import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { BenchContext } from "../context.ts";

const SOURCE = `
import { createElement } from "react";
import { render, Text } from "ink";
const { unmount } = render(createElement(Text, null, "Hello, world"));
setTimeout(unmount, 100);
`;

/** What the screen of a hello world shows. */
export const HELLO = "Hello, world";

/**
 * The least that Ink can be: a hello world, bundled and minified as we are.
 * @returns a program that is run as it is, and one that turns on Node's compile cache first, as our launcher does.
 */
export async function bundleInkHello({ root, scratch }: BenchContext): Promise<{ plain: string; cached: string }> {
  const dir = join(scratch, "ink-hello");
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "package.json"), '{ "type": "module" }\n');
  const plain = join(dir, "hello.js");
  const cached = join(dir, "launcher.js");
  await build({
    stdin: { contents: SOURCE, resolveDir: root },
    outfile: plain,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node22.18",
    define: { "process.env.NODE_ENV": '"production"' },
    alias: { "react-devtools-core": join(root, "scripts/build/empty.ts") },
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    logLevel: "silent",
  });
  await writeFile(
    cached,
    'import { enableCompileCache } from "node:module";\nenableCompileCache();\nawait import("./hello.js");\n',
  );
  return { plain, cached };
}
