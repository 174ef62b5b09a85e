import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import type { BenchContext, Measure } from "../context.ts";
import { output, plainEnv } from "../../scripts/peers/spawn.ts";
import { formatSeries, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

/** What a cold start pays for: the size of each template's worker and the time its import takes. */
export const workerBundle: Measure = {
  name: "worker-bundle",
  async run(context) {
    const rounds = context.quick ? 3 : 20;
    const rows: Row[] = [];
    for (const template of ["minimal", "prompt", "summarize"])
      rows.push(...(await measureOne(context, template, rounds)));
    return {
      title: "Worker bundles",
      method: `The templates' workers with the runtime and the AWS clients they use, bundled by esbuild (minified, ESM, split), gzipped file by file, no source maps. Import is the time of \`import()\` in a fresh Node process without a compile cache, ${rounds} times; what a worker loads only when it is needed (a provider's client, the PDF reader) is in the whole but not in the import.`,
      rows,
    };
  },
};

async function measureOne(context: BenchContext, template: string, rounds: number): Promise<Row[]> {
  const dir = join(context.scratch, "bundle", template);
  const { eager, all } = await bundle(context, template, dir);
  const script = `const at = process.hrtime.bigint(); await import(${JSON.stringify(pathToFileURL(join(dir, "index.js")).href)}); process.stdout.write(String(process.hrtime.bigint() - at)); process.exit();`;
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const nanoseconds = await output(process.execPath, ["--input-type=module", "-e", script], {
      cwd: dir,
      env: plainEnv(),
    });
    if (round > 0) times.push(Number(nanoseconds) / 1e6);
  }
  const [atStart, whole] = await Promise.all([sizes(eager), sizes(all)]);
  const subject = `template ${template}`;
  return [
    { what: "loaded at start: minified, gzipped", subject, value: atStart },
    { what: "whole: minified, gzipped", subject, value: whole },
    { what: "import", subject, value: `${formatSeries(summarise(times), 1)} ms` },
  ];
}

/** @returns paths of the files that load with the entry, and of all. */
async function bundle({ root, product }: BenchContext, template: string, outdir: string) {
  await mkdir(outdir, { recursive: true });
  await writeFile(join(outdir, "package.json"), '{ "type": "module" }\n');
  const project = join(root, "templates", template);
  const { metafile } = await build({
    absWorkingDir: project,
    entryPoints: { index: "./src/worker.ts" },
    outdir,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22.18",
    mainFields: ["module", "main"],
    chunkNames: "chunks/[name]-[hash]",
    alias: { "ai-pipeline/runtime": join(product, "dist/runtime/index.js") },
    banner: { js: BANNER },
    legalComments: "none",
    logLevel: "error",
    metafile: true,
  });
  const all = Object.keys(metafile.outputs);
  const entry = all.find((name) => metafile.outputs[name]?.entryPoint !== undefined && name.endsWith("/index.js"));
  if (entry === undefined) throw new Error(`The bundle of ${template} has no entry.`);
  const absolute = (name: string) => join(project, name);
  return { eager: [...importedBy(metafile, entry)].map(absolute), all: all.map(absolute) };
}

/** CommonJS dependencies look for `require`, as `dev` gives it to them. */
const BANNER =
  'import{createRequire as benchRequire}from"node:module";globalThis.require??=benchRequire(import.meta.url);';

/** @returns an output and all that it imports statically. */
function importedBy(metafile: Metafile, name: string, seen = new Set<string>()): Set<string> {
  seen.add(name);
  for (const { path, kind, external } of metafile.outputs[name]?.imports ?? []) {
    if (kind === "import-statement" && external !== true && !seen.has(path)) importedBy(metafile, path, seen);
  }
  return seen;
}

async function sizes(paths: string[]): Promise<string> {
  const files = await Promise.all(paths.map((path) => readFile(path)));
  const bytes = files.reduce((sum, file) => sum + file.length, 0);
  const gzipped = files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
  return `${(bytes / 1000).toFixed(0)} KB, ${(gzipped / 1000).toFixed(0)} KB`;
}
