import { invocation } from "../../lib/installation.ts";
import { secrets } from "../../lib/secrets/secrets.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<name>", "name of the secret");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), ["$ secrets unset OPENAI_API_KEY --stage dev"]);
    it.action(async (name: string, flags: StageFlags) => {
      const input = { action: "unset" as const, choice: choiceOf(flags), name };
      done(await show("secrets", secrets(input, cli.place), presentation(cli, flags, { text: true })));
    });
  },
};
