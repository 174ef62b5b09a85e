import assert from "node:assert/strict";
import { test } from "node:test";
import { split } from "../src/split.ts";

test("parts keep every word and the limit", () => {
  const text = Array.from({ length: 400 }, (_, index) => `Sentence number ${index} ends here.`).join(" ");
  const parts = split(text, 500);
  assert.ok(parts.every((part) => part.length <= 500));
  assert.equal(parts.join(" "), text);
});

test("a short text stays whole", () => {
  assert.deepEqual(split("  One paragraph.  ", 500), ["One paragraph."]);
});

test("a word longer than the limit is cut", () => {
  assert.deepEqual(split("a".repeat(25), 10), ["a".repeat(10), "a".repeat(10), "a".repeat(5)]);
});
