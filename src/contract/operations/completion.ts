import type { SummaryBase } from "./shared.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that makes a shell complete command lines; how to install it stands in its first lines. */
export interface CompletionScript {
  type: "script";
  shell: Shell;
  text: string;
}

/** `script`, `summary`. */
export type CompletionEvent = CompletionScript | SummaryBase<"completion">;
