import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJsonText } from "./json-text.ts";

/** The text's fault with the place marked in it. */
function marked(text: string): string {
  const read = readJsonText(text);
  if ("names" in read) return "no fault";
  const { offset, message } = read.fault;
  return `${text.slice(0, offset)}<!>${text.slice(offset)}: ${message}`;
}

describe("the first fault", () => {
  test.each([
    ['{"a":1,<!>}', "there is a comma too many before this }"],
    ["[1,<!>]", "there is a comma too many before this ]"],
    ['{"a":1 <!>"b":2}', "a comma is missing before this"],
    ['{"a" <!>1}', 'a colon is missing after "a"'],
    ["{<!>a:1}", "a name in double quotes must stand here, not a"],
    ["{<!>'a':1}", "texts stand in double quotes in JSON, not in single ones"],
    ['{"a":<!>nope}', "a value must stand here, not nope"],
    ['{"a":<!>undefined}', "a value must stand here, not undefined"],
    ['{"a":<!>,}', "a value must stand here, not ,"],
    ['{"a":<!>01}', "a value must stand here, not 01"],
    ['{\n"a":1<!>', "the } is missing that ends the { of line 1"],
    ['{\n"a":[\n1<!>}', "the ] is missing that ends the [ of line 2"],
    ['{"a":<!>', "the file ends where a value must stand"],
    ["<!>", "the file ends where a value must stand"],
    ['{"a":<!>"b\n"}', "this text has no end"],
    ['{"a":<!>"\\x"}', "this text has a character or an escape that JSON does not know"],
    ["{<!>// why\n}", "JSON knows no comments"],
    ['{"a":1 <!>/* why */}', "JSON knows no comments"],
    ['{"a":1}<!>}', "there is one } too many"],
    ['{"a":1} <!>{"b":2}', "nothing may follow the value that a JSON file holds"],
  ])("%s", (text, message) => expect(marked(text.replace("<!>", ""))).toBe(`${text}: ${message}`));

  test("is found exactly where JSON.parse fails, and never elsewhere", () => {
    const valid = fc.json({ maxDepth: 4 });
    const broken = fc
      .tuple(valid, fc.nat(), fc.constantFrom("", ",", "}", "[", '"', "x", "\\", "1", "\n"))
      .map(
        ([text, at, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(valid, broken), (text) => {
        let parses = true;
        try {
          JSON.parse(text);
        } catch {
          parses = false;
        }
        expect("names" in readJsonText(text)).toBe(parses);
      }),
      { numRuns: 2000 },
    );
  });
});

test("names stand at their own depth", () => {
  const text = '{"queue":{"app":1},"list":[{"x":1}],"app":"a"}';
  const read = readJsonText(text);
  const names = "names" in read ? [...read.names].map(([path, offset]) => [path, text.slice(offset, offset + 5)]) : [];
  expect(names).toEqual([
    ["queue", '"queu'],
    ["queue.app", '"app"'],
    ["list", '"list'],
    ["list.0.x", '"x":1'],
    ["app", '"app"'],
  ]);
});
