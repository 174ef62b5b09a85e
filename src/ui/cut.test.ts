import { expect, test } from "vitest";
import { cutText } from "./cut.ts";

test.each([
  ["what fits", "abc", 3, "abc"],
  ["one too many", "abcd", 3, "abc… (1 more character: --json has it)"],
  ["a character of two units", "ab😀c", 3, "ab… (3 more characters: --json has it)"],
  ["a flood", "x".repeat(10_000_003), 3, "xxx… (10,000,000 more characters: --json has it)"],
])("%s", (_name, text, most, shown) => expect(cutText(text, most, "--json has it")).toBe(shown));
