import { invocation } from "../lib/installation.ts";
import { dev } from "../lib/dev/dev.ts";
import { type CommandModule, type OutputFlags, presentation, show } from "./shared/cli.ts";
import { collect, decimal, examples, outputFlags, whole } from "./shared/flags.ts";
import { boundHeap } from "./shared/heap.ts";

interface DevFlags extends OutputFlags {
  port?: number;
  headless?: boolean;
  fault?: string[];
  speed: number;
  fresh?: boolean;
  seed?: number;
  inspect?: number | true;
}

/** Node's own. */
const INSPECTOR_PORT = 9229;

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option(
      "--port <n>",
      "port to listen on, 0 for any free one (default: 4566, or another when that is taken)",
      whole(0, 65_535),
    )
      .option("--headless", "print lines instead of the screen")
      .option(
        "--fault <rule>",
        "make something fail: model:429=0.3, model:hang=next:2, outage; may be repeated",
        collect,
      )
      .option("--speed <n>", "divide delays, back-off and visibility timeouts by this", decimal(0.01, 10_000), 1)
      .option("--fresh", "drop the state of earlier runs first")
      .option("--seed <n>", "make faults repeatable", whole(0, 4_294_967_295))
      .option("--inspect [port]", "let a debugger attach to the worker (default port: 9229)", whole(1, 65_535));
    outputFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dev",
      "$ dev --headless --json --port 0",
      "$ dev --speed 60 --fault model:429=0.3 --seed 7",
    ]);
    it.action(async (flags: DevFlags) => {
      boundHeap("any");
      const input = {
        speed: flags.speed,
        faults: flags.fault ?? [],
        fresh: flags.fresh === true,
        ...(flags.port === undefined ? {} : { port: flags.port }),
        ...(flags.seed === undefined ? {} : { seed: flags.seed }),
        ...(flags.inspect === undefined ? {} : { inspect: flags.inspect === true ? INSPECTOR_PORT : flags.inspect }),
      };
      done(await show("dev", dev(input, cli.place), presentation(cli, flags, { text: flags.headless === true })));
    });
  },
};
