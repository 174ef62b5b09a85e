import type { BodyChange } from "../../lib/dlq/replay/change.ts";
import { parseSetting } from "../../lib/dlq/replay/set-path.ts";
import { shellWord } from "../../contract/shell-word.ts";
import type { Cli } from "./cli.ts";
import { readArgument, readJson } from "./input.ts";

/** Flags that change a body before it runs again. */
export interface ChangeFlags {
  edit?: boolean;
  set?: string[];
  patch?: string;
  body?: string;
}

/** @returns the change that the flags say, but for an editor's. */
export async function changeOf({ body, patch, set = [] }: ChangeFlags, cli: Cli): Promise<BodyChange> {
  return {
    set: set.map(parseSetting),
    ...(body === undefined ? {} : { body: await readArgument(body, cli, "--body") }),
    ...(patch === undefined ? {} : { patch: await readJson(patch, cli, "--patch") }),
  };
}

/** @returns the words that say the change again; an editor's is in its file by then. */
export function changeWords({ body, patch, set = [] }: ChangeFlags): string[] {
  return [
    ...(body === undefined ? [] : ["--body", shellWord(body)]),
    ...(patch === undefined ? [] : ["--patch", shellWord(patch)]),
    ...set.flatMap((setting) => ["--set", shellWord(setting)]),
  ];
}
