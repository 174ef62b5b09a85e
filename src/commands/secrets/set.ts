import { buffer } from "node:stream/consumers";
import { UsageError } from "../../contract/errors.ts";
import { invocation } from "../../lib/installation.ts";
import { InterruptedError } from "../../lib/interrupt.ts";
import { secrets } from "../../lib/secrets/secrets.ts";
import { secretOnCommandLine } from "../../lib/secrets/value.ts";
import { isKeyboard } from "../../ui/render/io.ts";
import { openScreen } from "../../ui/render/present.ts";
import { type Cli, type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "../shared/flags.ts";
import { decode } from "../shared/input.ts";

const NO_TEXT = "Nothing was changed. Give it as text: a key of raw bytes in base64, which the worker decodes.";

interface SetFlags extends StageFlags {
  generate?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<name>", "name of the secret, such as OPENAI_API_KEY")
      .argument("[nothing...]", "a value never stands here: it is read from stdin, or asked for")
      .option("--generate", "make a new STAGE_TOKEN or WEBHOOK_SECRET");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ secrets set OPENAI_API_KEY --stage dev",
      "$ secrets set OPENAI_API_KEY --stage prod < key.txt",
      "$ secrets set STAGE_TOKEN --stage prod --generate",
    ]);
    it.action(async (name: string, extra: string[], flags: SetFlags) => {
      if (extra.length > 0) throw secretOnCommandLine(name);
      const choice = choiceOf(flags);
      const how = flags.generate ? { generate: true as const } : { value: () => readValue(name, cli, flags) };
      const input = { action: "set" as const, choice, name, ...how };
      done(await show("secrets", secrets(input, cli.place), presentation(cli, flags, { text: true })));
    });
  },
};

/** From a pipe or file, else from whoever sits there, unseen. */
async function readValue(name: string, cli: Cli, flags: SetFlags): Promise<string> {
  if (!isKeyboard(cli.io.stdin)) return decode(await buffer(cli.io.stdin), "stdin", NO_TEXT);
  const load = cli.views.prompts;
  const terminal = load && !flags.json ? openScreen(presentation(cli, {})) : undefined;
  if (!load || !terminal) {
    throw new UsageError("Nobody can be asked for the value here.", {
      code: "SECRET_NEEDED",
      where: "stdin",
      hint: `Give it on stdin: ... secrets set ${name} < FILE`,
    });
  }
  try {
    const validate = (value: string) => (value.trim() === "" ? "it is empty" : undefined);
    const question = { name, kind: "secret" as const, message: `Value of ${name}`, validate };
    const answers = await (await load()).ask([question], terminal.screen);
    if (!answers) throw new InterruptedError("SIGINT");
    return answers[name] ?? "";
  } finally {
    terminal.close();
  }
}
