import { join } from "node:path";
import { timeCommand } from "../spawn.ts";
import { formatSeries, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

const RUNS = 20;

/** Start of the command line against bare Node, taken in turns so that noise strikes both alike. */
export async function measureCliStart(root: string): Promise<Row[]> {
  const cli = join(root, "bin/ai-pipeline.js");
  const subjects = { "bare node": ["-e", "0"], "ai-pipeline --version": [cli, "--version"], "ai-pipeline --help": [cli, "--help"] };
  const times = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]));
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [name, args] of Object.entries(subjects)) {
      const elapsed = await timeCommand(process.execPath, args);
      // The first round fills caches.
      if (run > 0) times.get(name)?.push(elapsed);
    }
  }
  const series = new Map([...times].map(([name, values]) => [name, summarise(values)]));
  const bare = series.get("bare node")?.median ?? Number.NaN;
  return [...series].map(([name, value]) => {
    const row: Row = { what: "start, ms", subject: name, value: formatSeries(value) };
    if (name === "bare node") return row;
    const ratio = value.median / bare;
    return { ...row, value: `${row.value}, ${ratio.toFixed(2)} x bare`, target: "1.5 x bare node", met: ratio <= 1.5 };
  });
}
