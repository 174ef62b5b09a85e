import { invocation } from "../../lib/installation.ts";
import { secrets } from "../../lib/secrets/secrets.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ secrets list --stage prod",
      "$ secrets list --app my-app --stage prod --json",
    ]);
    it.action(async (flags: StageFlags) => {
      const input = { action: "list" as const, choice: choiceOf(flags) };
      done(await show("secrets", secrets(input, cli.place), presentation(cli, flags, { text: true })));
    });
  },
};
