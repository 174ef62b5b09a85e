import { SHELLS, type Shell } from "../contract/operations/completion.ts";
import { completion } from "../lib/completion/script.ts";
import { invocation } from "../lib/installation.ts";
import { type CommandModule, type OutputFlags, presentation, show } from "./shared/cli.ts";
import { examples, outputFlags } from "./shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.addArgument(it.createArgument("<shell>", "the shell that is to complete").choices(SHELLS));
    outputFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      'eval "$($ completion bash)"',
      "$ completion bash > ~/.ai-pipeline.bash && echo 'source ~/.ai-pipeline.bash' >> ~/.bashrc",
      "$ completion zsh > ~/.ai-pipeline.zsh && echo 'source ~/.ai-pipeline.zsh' >> ~/.zshrc",
      "$ completion fish > ~/.config/fish/conf.d/ai-pipeline.fish",
    ]);
    it.action(async (shell: Shell, flags: OutputFlags) => {
      done(await show("completion", completion(shell, cli.place), presentation(cli, flags)));
    });
  },
};
