import { expect, test } from "vitest";
import { oneLine } from "./format.ts";
import { printable } from "./printable.ts";

test.each<[string, string, string]>([
  ["colours, whole", "a\u001B[31mred\u001B[0m b", "ared b"],
  ["colours of 24 bits", "\u001B[38;2;1;2;3mx\u001B[38:2::1:2:3my", "xy"],
  ["movements and erasures", "a\u001B[2J\u001B[1;1Hb\u001B[?25lc", "abc"],
  ["the same in one character", "a\u009B31mb", "ab"],
  ["a title", "a\u001B]0;evil title\u0007b", "ab"],
  ["a link, its text kept", "\u001B]8;;https://evil.example\u001B\\click\u001B]8;;\u001B\\", "click"],
  ["a string that does not end, up to the end of its line", "a\u001B]52;c;aGk=\nb", "a\nb"],
  ["a device string", "a\u001BPq#0\u001B\\b", "ab"],
  ["a reset and other short ones", "a\u001Bcb\u001B(Bc\u001B7d", "abcd"],
  ["a sequence that is cut off", "a\u001B[31", "a"],
  ["an escape alone", "a\u001B", "a"],
  ["bells, backspaces, returns", "a\u0007b\u0008c\rd", "abcd"],
  ["overrides of the direction", "invoice\u202Efdp.exe\u202C", "invoicefdp.exe"],
  ["isolates and marks", "\u2066a\u2069\u200Eb\u200F\u061Cc", "abc"],
  ["spaces of no width", "pay\u200Bpal\uFEFF\u2060\u00AD", "paypal"],
  ["tags", "a\u{E0041}\u{E007F}b", "ab"],
  ["separators of lines as newlines", "a\u2028b\u2029c\r\nd", "a\nb\nc\nd"],
])("%s", (_name, text, shown) => expect(printable(text)).toBe(shown));

test.each(["tab\there\nand a line", "żółć שלום سلام", "👩‍👩‍👧 می‌خواهم", "[31m is text"])("%j stays as it is", (text) =>
  expect(printable(text)).toBe(text),
);

test("a line for a table has none of it, and no litter", () =>
  expect(oneLine("a\u001B[31mred\u001B[0m\n\u202Ex\tz", 20)).toBe("ared x z"));
