import { UsageError } from "../contract/errors.ts";
import { SMOKE_HOPS, type SmokeHop } from "../contract/operations/smoke.ts";
import { parseDuration } from "../lib/duration.ts";
import { invocation } from "../lib/installation.ts";
import { HOP_LIMITS } from "../lib/smoke/hops.ts";
import { smoke } from "../lib/smoke/smoke.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, collect, decimal, examples, type StageFlags, stageFlags } from "./shared/flags.ts";
import { readArgument, readJson } from "./shared/input.ts";

interface SmokeFlags extends StageFlags {
  prompt: string;
  input?: string;
  doc?: string;
  maxCost?: number;
  limit?: string[];
  junit?: string;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    const limits = SMOKE_HOPS.map((hop) => `${hop} ${HOP_LIMITS[hop] / 1000}s`).join(", ");
    it.option("--prompt <text>", "what the canary asks; @file reads a file", "Reply with the single word: pong.")
      .option("--input <json>", "template-specific JSON; @file reads a file")
      .option("--doc <path>", "document the canary brings")
      .option("--max-cost <usd>", "fail when the canary cost more dollars", decimal(0, 1000))
      .option("--limit <hop=time>", `limit of a hop, may be repeated (default: ${limits})`, collect)
      .option("--junit <file>", "write a JUnit report");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ smoke",
      "$ smoke --stage prod --max-cost 0.01 --limit worked=60s --junit smoke.xml",
    ]);
    it.action(async (flags: SmokeFlags) => {
      const input = {
        choice: choiceOf(flags),
        prompt: await readArgument(flags.prompt, cli, "--prompt"),
        limits: limitsOf(flags.limit ?? []),
        ...(flags.input === undefined ? {} : { input: await readJson(flags.input, cli, "--input") }),
        ...(flags.doc === undefined ? {} : { document: flags.doc }),
        ...(flags.maxCost === undefined ? {} : { maxCostUsd: flags.maxCost }),
        ...(flags.junit === undefined ? {} : { junit: flags.junit }),
      };
      done(await show("smoke", smoke(input, cli.place), presentation(cli, flags, { linesAreResult: true })));
    });
  },
};

function limitsOf(pairs: string[]): Partial<Record<SmokeHop, number>> {
  const limits: Partial<Record<SmokeHop, number>> = {};
  for (const pair of pairs) {
    const [name, time = ""] = pair.split("=", 2);
    const hop = SMOKE_HOPS.find((known) => known === name);
    if (!hop) {
      throw new UsageError(`"${pair}" names no hop.`, {
        code: "HOP_UNKNOWN",
        where: "--limit",
        hint: `Write one of ${SMOKE_HOPS.join(", ")} and a time: --limit worked=60s`,
      });
    }
    limits[hop] = parseDuration(time, "--limit");
  }
  return limits;
}
