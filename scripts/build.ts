/** Builds everything the package ships into `dist/`: bundles, declarations, JSON Schemas and notices. */
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { bundleCli, bundleClient, bundleConfig, bundleFunctions, bundleRuntime } from "./build/bundles.ts";
import { writeNotices } from "./build/notices.ts";
import { writeSchemas } from "./build/schemas.ts";
import { emitTypes } from "./build/types.ts";
import { folderBytes } from "./build/size.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

const startedAt = performance.now();
const cache = join(root, "node_modules", ".cache");
await mkdir(cache, { recursive: true });
// Built aside and put in place whole: a failed build leaves the last good one, and nobody loads half of one.
const out = await mkdtemp(join(cache, "build-"));
try {
  const bundles = [bundleCli, bundleRuntime, bundleFunctions, bundleClient, bundleConfig];
  const [metafiles] = await Promise.all([
    Promise.all(bundles.map((bundle) => bundle(root, out))),
    emitTypes(root, join(out, "types")),
    writeSchemas(join(out, "schema")),
  ]);
  await writeNotices(root, metafiles, join(out, "THIRD_PARTY_NOTICES.txt"));
  await rm(dist, { recursive: true, force: true });
  await rename(out, dist);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const megabytes = ((await folderBytes(dist)) / 1e6).toFixed(1);
  process.stdout.write(`Built dist/ in ${seconds} s, ${megabytes} MB.\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
