import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Section } from "./context.ts";
import { markdownTable } from "./table.ts";

/** When a run began, how long it took, and how busy the machine was before it. */
export interface RunFacts {
  startedAt: Date;
  minutes: number;
  /** The system's load average of the minute before. */
  load: number;
}

/** @returns docs/benchmarks.md of one whole run. */
export async function writeReport(
  root: string,
  sections: Section[],
  { startedAt, minutes, load }: RunFacts,
): Promise<string> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  const missed = sections.flatMap(({ title, rows }) =>
    rows.filter(({ met }) => met === false).map((row) => ({ title, ...row })),
  );
  const judged = sections.flatMap(({ rows }) => rows).filter(({ met }) => met !== undefined).length;
  const misses = missed.map(
    ({ title, subject, value, target }) => `- ${title}, ${subject}: ${value}; the target is ${target ?? ""}.`,
  );
  return (
    [
      "# Benchmarks",
      `Written by \`npm run bench\`: ai-pipeline ${version} and its peers in one run, on ${machine()}, ${startedAt.toISOString().slice(0, 10)}, in ${Math.round(minutes)} minutes. Before the run the machine's load average was ${load.toFixed(1)}; what else runs there blurs every figure, ours and theirs. ` +
        "A figure is the median with the lowest and highest beside it. Targets are the project's own; nothing in the tests depends on them, and a miss stays in the table. Run it on your machine before you quote it.",
      misses.length === 0
        ? `All ${judged} targets were met.`
        : [`${misses.length} of ${judged} targets were missed:`, "", ...misses].join("\n"),
      ...sections.map(({ title, method, rows }) => `## ${title}\n\n${method}\n\n${markdownTable(rows)}`),
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}

function machine(): string {
  const model = cpus()[0]?.model.trim();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  return `${availableParallelism()} cores${model === undefined || model === "unknown" ? "" : ` (${model})`}, ${memory}, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}
