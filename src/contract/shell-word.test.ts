import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "./shell-word.ts";

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
