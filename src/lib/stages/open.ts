import { EXIT } from "../../contract/exit.ts";
import type { OpenEvent } from "../../contract/operations/stages.ts";
import { deployedStageName } from "../deploy/stage-name.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage-choice.ts";
import { enterStageForReading } from "../tasks.ts";
import { type ConsolePage, consoleLink } from "./console-links.ts";

export interface OpenInput {
  choice: StageChoice;
  page: ConsolePage;
  /** Shows it in a browser; absent: the address is told and nothing else. @returns whether one could be asked. */
  browse?: (url: string) => Promise<boolean>;
}

/** Tells where a part of a deployed stage is in the provider's console, and opens it there. */
export async function* openConsole({ choice, page, browse }: OpenInput, place: Workplace): AsyncGenerator<OpenEvent> {
  deployedStageName(choice, place);
  const stage = yield* enterStageForReading(choice, place);
  try {
    const url = consoleLink(page, stage.client.outputs);
    yield { type: "link", what: page, url };
    const opened = (await browse?.(url)) ?? false;
    yield { type: "summary", operation: "open", exitCode: EXIT.completed, url, opened };
  } finally {
    await stage.close();
  }
}

const BROWSERS: Partial<Record<NodeJS.Platform, string[]>> = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] };

/** @returns whether the system's way to show an address took it. */
export async function showInBrowser(url: string): Promise<boolean> {
  const { execa } = await import("execa");
  const [command = "xdg-open", ...words] = BROWSERS[process.platform] ?? [];
  const { failed } = await execa(command, [...words, url], { reject: false, stdio: "ignore", timeout: 5000 });
  return !failed;
}
