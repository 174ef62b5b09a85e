/**
 * Measures ourselves and our peers in one run and writes docs/benchmarks.md. `--quick` takes few rounds, `--only a,b` some
 * measures; both print and write nothing, since a page of mixed runs would compare what was not measured together.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BenchContext, Measure, Section } from "./context.ts";
import { burst } from "./measures/burst.ts";
import { cliStart } from "./measures/cli-start.ts";
import { deploy } from "./measures/deploy.ts";
import { firstFrame } from "./measures/first-frame.ts";
import { packageSize } from "./measures/package-size.ts";
import { redrive } from "./measures/redrive.ts";
import { sendToHandler } from "./measures/send-to-handler.ts";
import { soak } from "./measures/soak.ts";
import { sqsThroughput } from "./measures/sqs-throughput.ts";
import { stackReady } from "./measures/stack-ready.ts";
import { workerBundle } from "./measures/worker-bundle.ts";
import { installProduct } from "./peers/ours.ts";
import { writeReport } from "./report.ts";
import { peerCache } from "../scripts/peers/peer.ts";
import { closeServers } from "../scripts/peers/server.ts";
import { output } from "../scripts/peers/spawn.ts";
import { closeConnections } from "../scripts/peers/sqs-http.ts";
import { markdownTable } from "./table.ts";

const MEASURES: Measure[] = [
  cliStart,
  firstFrame,
  stackReady,
  sendToHandler,
  burst,
  sqsThroughput,
  redrive,
  soak,
  deploy,
  packageSize,
  workerBundle,
];

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" } } });
const names = values.only?.split(",");
const unknown = names?.find((name) => !MEASURES.some((measure) => measure.name === name));
if (unknown !== undefined) {
  throw new Error(`There is no measure named ${unknown}. Known: ${MEASURES.map(({ name }) => name).join(", ")}`);
}

const root = join(import.meta.dirname, "..");
const cache = peerCache(root);
await mkdir(cache, { recursive: true });
const scratch = await mkdtemp(join(tmpdir(), "ai-pipeline-bench-"));
const log = (line: string) => void process.stderr.write(`${line}\n`);
const cleanUp = async () => {
  await closeServers();
  closeConnections();
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
};
process.once("SIGINT", () => {
  void cleanUp().finally(() => process.exit(130));
});

const startedAt = new Date();
const load = loadavg()[0] ?? 0;
try {
  log("packing and installing what was built");
  const product = await installProduct(root, scratch);
  const context: BenchContext = { root, product, cache, scratch, quick: values.quick, log };
  const sections: Section[] = [];
  for (const measure of MEASURES.filter(({ name }) => names?.includes(name) ?? true)) {
    log(`\n${measure.name}`);
    const section = await measure.run(context);
    sections.push(section);
    process.stdout.write(`\n## ${section.title}\n\n${markdownTable(section.rows)}\n`);
  }
  if (!values.quick && !names) {
    const minutes = (Date.now() - startedAt.getTime()) / 60_000;
    const page = join(root, "docs", "benchmarks.md");
    await writeFile(page, await writeReport(root, sections, { startedAt, minutes, load }));
    await output(join(root, "node_modules", ".bin", "oxfmt"), [page], { cwd: root });
    log("\nWrote docs/benchmarks.md");
  }
} finally {
  await cleanUp();
}
