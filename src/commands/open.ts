import { invocation } from "../lib/installation.ts";
import { CONSOLE_PAGES, type ConsolePage } from "../lib/stages/console-links.ts";
import { openConsole, showInBrowser } from "../lib/stages/open.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "./shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.addArgument(it.createArgument("[page]", "what to look at").choices(CONSOLE_PAGES).default("dashboard")).option(
      "--print",
      "only print the address; so it is without a terminal",
    );
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ open --stage prod",
      "$ open dlq --stage prod",
      "$ open logs --stage prod --print",
    ]);
    it.action(async (page: ConsolePage, flags: StageFlags & { print?: boolean }) => {
      const onScreen = cli.io.stdout.isTTY === true && !flags.print && !flags.json;
      const input = { choice: choiceOf(flags), page, ...(onScreen ? { browse: showInBrowser } : {}) };
      done(await show("open", openConsole(input, cli.place), presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
