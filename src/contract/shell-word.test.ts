import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { namesAndFlags, shellWord } from "./shell-word.ts";

test.each([
  "plain-1.2:3",
  "two words",
  "it's",
  "$HOME",
  "`id`",
  "$(id)",
  "a;b|c&d",
  '"',
  "",
  "\\",
  "new\nline",
  "~",
  "*",
  "!x",
])("%j is one word of a shell", (text) => {
  const printed = execFileSync("/bin/sh", ["-c", `printf '%s|' ${shellWord(text)}`], { encoding: "utf8" });
  expect(printed).toBe(`${text}|`);
});

test("what needs no quotes has none", () => expect(shellWord("src/my-app_1.jsonl")).toBe("src/my-app_1.jsonl"));

test.each([
  [["3f6c1d2e"], " --stage prod", " 3f6c1d2e --stage prod"],
  [["it's"], "", String.raw` 'it'\''s'`],
  [["-Ab3_x9Qz"], " --stage prod", " --stage prod -- -Ab3_x9Qz"],
  [["one", "-two"], " --yes", " --yes -- one -two"],
  [[], " --stage prod", " --stage prod"],
])("%j and the flags%s", (names, flags, printed) => expect(namesAndFlags(names, flags)).toBe(printed));
