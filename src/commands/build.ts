import { build } from "../lib/build/build.ts";
import { invocation } from "../lib/installation.ts";
import { type CommandModule, type OutputFlags, presentation, show } from "./shared/cli.ts";
import { examples, outputFlags } from "./shared/flags.ts";

interface BuildFlags extends OutputFlags {
  stage?: string;
  out?: string;
  literalNumbers?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--stage <name>", "stage to build for (default: AI_PIPELINE_STAGE)")
      .option("--out <directory>", "where archives and variables go (default: dist)")
      .option(
        "--literal-numbers",
        "numbers in template.json, for servers that take no parameters for them (MiniStack)",
      );
    outputFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ build --stage prod --out dist/",
      "$ build --stage prod --json",
    ]);
    it.action(async (flags: BuildFlags) => {
      const { stage, out, literalNumbers } = flags;
      const input = {
        ...(stage === undefined ? {} : { stage }),
        ...(out === undefined ? {} : { out }),
        ...(literalNumbers ? { literalNumbers } : {}),
      };
      done(await show("build", build(input, cli.place), presentation(cli, flags)));
    });
  },
};
