import { join } from "node:path";
import { EXIT } from "../../contract/exit.ts";
import type { CompletionEvent, Shell } from "../../contract/operations/completion.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import type { ScriptPlace } from "./script-place.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS: Record<Shell, (place: ScriptPlace) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Writes the script that makes a shell complete this tool's command lines. */
export async function* completion(shell: Shell, { installation, cwd }: Workplace): AsyncGenerator<CompletionEvent> {
  const place = {
    invocation: invocation(installation, cwd),
    bin: join(installation.root, "bin", "ai-pipeline.js"),
  };
  yield { type: "script", shell, text: SCRIPTS[shell](place) };
  yield { type: "summary", operation: "completion", exitCode: EXIT.completed };
}
