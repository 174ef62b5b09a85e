import { describe, expect, test } from "vitest";
import { parseJson } from "../../../contract/json.ts";
import { mergePatch } from "./merge-patch.ts";
import { applySetting, parseSetting } from "./set-path.ts";

describe("JSON Merge Patch", () => {
  /* RFC 7396, Appendix A. */
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', "{}"],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', "null", "null"],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
    ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])("%s with %s is %s", (target, patch, result) => {
    expect(mergePatch(parseJson(target), parseJson(patch))).toEqual(parseJson(result));
  });

  test("a member called __proto__ is a member", () => {
    const merged = mergePatch({}, parseJson('{"__proto__":{"x":1}}'));
    expect(JSON.stringify(merged)).toBe('{"__proto__":{"x":1}}');
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });
});

describe("--set", () => {
  test.each([
    ["prompt=hello", "{}", '{"prompt":"hello"}'],
    ["prompt=", "{}", '{"prompt":""}'],
    ["prompt=a=b", "{}", '{"prompt":"a=b"}'],
    ["input.retries=3", '{"input":{"a":1}}', '{"input":{"a":1,"retries":3}}'],
    ["input.deep.er=true", "{}", '{"input":{"deep":{"er":true}}}'],
    ['input={"a":[1]}', '{"input":1}', '{"input":{"a":[1]}}'],
    ["input.items[1]=x", '{"input":{"items":[1,2,3]}}', '{"input":{"items":[1,"x",3]}}'],
    ["input.items[3].a=4", '{"input":{"items":[1,2,3]}}', '{"input":{"items":[1,2,3,{"a":4}]}}'],
    ['metadata["a.b"]=null', '{"metadata":{}}', '{"metadata":{"a.b":null}}'],
    ['metadata["say \\"hi\\""].x=1', "{}", '{"metadata":{"say \\"hi\\"":{"x":1}}}'],
  ])("%s on %s is %s", (text, target, result) => {
    expect(applySetting(parseJson(target), parseSetting(text))).toEqual(parseJson(result));
  });

  test.each(["", "=x", "prompt", "[0]=1", "input.=1", "a..b=1", "input[x]=1"])("%s is refused", (text) => {
    expect(() => parseSetting(text)).toThrow("is not a path and a value");
  });

  test.each([
    ["input.items[5]=x", '{"input":{"items":[1]}}', "beyond the list"],
    ["input.items[0]=x", '{"input":{"items":{}}}', "of a list, and there is none"],
    ["prompt.x=1", '{"prompt":"text"}', "of an object, and there is none"],
  ])("%s on %s says why not", (text, target, why) => {
    expect(() => applySetting(parseJson(target), parseSetting(text))).toThrow(why);
  });
});
