import { join } from "node:path";
import { Skipped } from "../../scripts/peers/peer.ts";
import type { BenchContext, Measure } from "../context.ts";
import { installFromNpm, NPM_TOOLS } from "../peers/npm-tools.ts";
import { cliOf } from "../peers/ours.ts";
import { plainEnv, timeCommand } from "../../scripts/peers/spawn.ts";
import { formatSeries, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

const TARGET = 1.5;
const BARE = "bare node";

/** Start of the command line against bare Node, taken in turns so that noise strikes both alike. */
export const cliStart: Measure = {
  name: "cli-start",
  async run(context) {
    const rounds = context.quick ? 3 : 20;
    const cli = cliOf(context);
    const subjects = new Map([
      [BARE, ["-e", "0"]],
      ["ai-pipeline --version", [cli, "--version"]],
      ["ai-pipeline --help", [cli, "--help"]],
    ]);
    const lumigo = await lumigoArgs(context);
    if (Array.isArray(lumigo)) subjects.set(`${NPM_TOOLS.lumigo.spec} --version`, lumigo);
    const times = new Map([...subjects.keys()].map((name) => [name, [] as number[]]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, args] of subjects) {
        const elapsed = await timeCommand(process.execPath, args, { cwd: context.scratch, env: plainEnv() });
        // The first round fills caches.
        if (round > 0) times.get(name)?.push(elapsed);
      }
    }
    const bare = summarise(times.get(BARE) ?? []).median;
    const rows: Row[] = [...times].map(([subject, values]) => {
      const series = summarise(values);
      const ratio = series.median / bare;
      const value = `${formatSeries(series)} ms${subject === BARE ? "" : `, ${ratio.toFixed(2)} x bare node`}`;
      const row = { what: "start to exit", subject, value };
      return subject.startsWith("ai-pipeline")
        ? { ...row, target: `${TARGET} x bare node`, met: ratio <= TARGET }
        : row;
    });
    if (typeof lumigo === "string") rows.push({ what: "start to exit", subject: NPM_TOOLS.lumigo.spec, value: lumigo });
    return {
      title: "Start of the command line",
      method: `Wall time of a whole process, ${rounds} rounds in turns after one that fills caches. Ours is the built launcher \`bin/ai-pipeline.js\`, with the compile cache it turns on.`,
      rows,
    };
  },
};

/** @returns arguments for node, or why there are none. */
async function lumigoArgs(context: BenchContext): Promise<string[] | string> {
  try {
    const dir = await installFromNpm(context, [NPM_TOOLS.lumigo.spec]);
    return [join(dir, "node_modules", ".bin", NPM_TOOLS.lumigo.bin), "--version"];
  } catch (error) {
    if (error instanceof Skipped) return `skipped: ${error.message}`;
    throw error;
  }
}
