import type { DeskMemory } from "../../contract/desk.ts";
import { UsageError } from "../../contract/errors.ts";
import { EXIT, type ExitCode } from "../../contract/exit.ts";
import { openDesk } from "../../lib/dlq/desk.ts";
import { listDeadLetterQueues } from "../../lib/dlq/list.ts";
import { invocation } from "../../lib/installation.ts";
import { openScreen } from "../../ui/render/present.ts";
import { type Cli, type CommandModule, presentation, show } from "../shared/cli.ts";
import { canAsk } from "../shared/confirm.ts";
import { nearest } from "../shared/nearest.ts";
import { examples, type LettersFlags, lettersFlags, lettersOf } from "../shared/flags.ts";

/** `dlq` alone: a screen to choose on. Without a terminal, or for a program, it is `dlq list`. */
export const command: CommandModule = {
  configure(it, cli, done) {
    const program = invocation(cli.place.installation, cli.place.cwd);
    it.allowExcessArguments();
    lettersFlags(it);
    examples(it, program, [
      "$ dlq --stage prod",
      "$ dlq --queue orders-dlq --region eu-west-1",
      "$ dlq list --all --json",
    ]);
    it.action(async (flags: LettersFlags) => {
      const [word] = it.args;
      if (word !== undefined)
        throw unknownCommand(
          word,
          it.commands.map((sub) => sub.name()),
          program,
        );
      const choice = lettersOf(flags);
      if (canAsk(cli, flags)) return done(await desk(flags, cli));
      const events = listDeadLetterQueues({ choice, all: false }, cli.place);
      done(await show("dlq-list", events, presentation(cli, flags, { linesAreResult: true })));
    });
  },
};

/** Shows the screen again after each action, where the user stood. */
async function desk(flags: LettersFlags, cli: Cli): Promise<ExitCode> {
  const load = cli.views.desk;
  if (!load) throw new Error("A terminal has views.");
  let memory: DeskMemory | undefined;
  const { open } = await load();
  for (;;) {
    const opened = await openDesk(lettersOf(flags), cli.place);
    const terminal = openScreen(presentation(cli, flags));
    if (!terminal) return EXIT.completed;
    const intent = await open(opened, memory, terminal.screen).finally(() => terminal.close());
    await opened.close();
    if (!intent) return EXIT.completed;
    ({ memory } = intent);
    cli.io.stderr.write(`$ ${opened.program} ${opened.line(intent.argv)}\n`);
    await cli.run(intent.argv);
    if (cli.place.signal.aborted || !(await wantsBack(cli, flags))) return EXIT.completed;
  }
}

/** What the command told stays until it was read. */
async function wantsBack(cli: Cli, flags: LettersFlags): Promise<boolean> {
  const terminal = openScreen(presentation(cli, flags));
  const prompts = await cli.views.prompts?.();
  if (!terminal || !prompts) return false;
  const question = { name: "back", kind: "confirm", message: "Back to the dead letters?", initial: true } as const;
  const answers = await prompts.ask([question], terminal.screen).finally(() => terminal.close());
  return answers?.["back"] === "true";
}

function unknownCommand(word: string, names: string[], program: string): UsageError {
  const near = nearest(word, names);
  return new UsageError(`Unknown command '${word}'.`, {
    code: "UNKNOWN_COMMAND",
    where: `dlq ${word}`,
    hint: [...(near === undefined ? [] : [`Did you mean ${near}?`]), `See: ${program} dlq --help`],
  });
}
