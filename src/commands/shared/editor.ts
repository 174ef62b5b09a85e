import { spawn } from "node:child_process";
import { once } from "node:events";
import { AbortError, UsageError } from "../../contract/errors.ts";
import type { Editor } from "../../lib/dlq/replay/edit.ts";
import type { Cli } from "./cli.ts";

/**
 * @returns what opens a file in the user's editor: $VISUAL, else $EDITOR, which may bring arguments (`code --wait`).
 * @throws UsageError `EDITOR_MISSING`.
 */
export function editorOf({ place }: Cli, flag: string): Editor {
  const command = place.env["VISUAL"] || place.env["EDITOR"];
  if (!command) {
    throw new UsageError("No editor is set.", {
      code: "EDITOR_MISSING",
      where: flag,
      hint: ["Set one: export EDITOR=vi", "Or say the change: --set path=value, --patch JSON"],
    });
  }
  return async (path) => {
    // As git does it: the shell takes the arguments apart, and the file comes after them.
    const child = spawn("/bin/sh", ["-c", `${command} "$1"`, "sh", path], { cwd: place.cwd, stdio: "inherit" });
    await once(child, "close");
    const { exitCode, signalCode } = child;
    if (exitCode === 0) return;
    const how = signalCode === null ? `ended with ${exitCode}` : `was ended by ${signalCode}`;
    throw new AbortError(`The editor ${how}. Nothing was sent.`, {
      code: "EDITOR_FAILED",
      where: command,
      hint: "Save and leave it in the ordinary way, or set another: export EDITOR=vi",
    });
  };
}
