import { counted } from "../../contract/counted.ts";
import type { TasksForgetEvent } from "../../contract/operations/tasks.ts";
import { forgetUser } from "../../lib/forget.ts";
import { invocation } from "../../lib/installation.ts";
import { namesAndFlags } from "../../contract/shell-word.ts";
import { stageFlags as flagsOf } from "../../lib/stage-choice.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { askFirst, type Confirmation } from "../shared/confirm.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<user>", "whose tasks, results, documents and dead letters are removed").option(
      "--yes",
      "do not ask for the user's name",
    );
    stageFlags(it);
    const own = invocation(cli.place.installation, cli.place.cwd);
    examples(it, own, [
      "$ tasks forget jane@example.com --stage prod",
      "$ tasks forget 'auth0|42' --stage prod --yes --json",
    ]);
    it.action(async (userId: string, flags: StageFlags & { yes?: boolean }) => {
      const choice = choiceOf(flags);
      const again = `${own} tasks forget${namesAndFlags([userId], `${flagsOf(choice)} --yes`)}`;
      const asked = flags.yes ? undefined : (event: TasksForgetEvent) => confirmation(event, again);
      const events = await askFirst(forgetUser({ choice, userId }, cli.place), cli, flags, asked);
      done(await show("tasks-forget", events, presentation(cli, flags)));
    });
  },
};

function confirmation(event: TasksForgetEvent, again: string): Confirmation | undefined {
  if (event.type !== "plan") return undefined;
  const { userId, tasks, active, documents, place } = event;
  const stopping = active > 0 ? `, cancel ${counted(active, "more", "more")}` : "";
  return {
    what: `Remove ${counted(tasks, "task")} and ${counted(documents, "document")} of ${userId} from ${place}${stopping}`,
    otherwise: "Nothing was removed.",
    typed: userId,
    hint: [`If you mean it: ${again}`],
  };
}
