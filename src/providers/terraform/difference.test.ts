import { expect, test } from "vitest";
import type { Json } from "../../contract/task.ts";
import { differences, type Sides } from "./difference.ts";

const sides = (before: Json, after: Json, rest: Partial<Sides> = {}): Sides => ({
  before,
  after,
  unknown: {},
  privateBefore: {},
  privateAfter: {},
  ...rest,
});

test("each leaf that differs is told by its path", () => {
  expect(
    differences(
      sides(
        { name: "a", timeout: 50, environment: [{ variables: { LOG_LEVEL: "info", OLD: "1" } }], tags: null },
        { name: "a", timeout: 60, environment: [{ variables: { LOG_LEVEL: "debug" } }], tags: { team: "b" } },
      ),
      [],
    ),
  ).toEqual([
    { path: "timeout", before: 50, after: 60 },
    { path: "environment[0].variables.LOG_LEVEL", before: "info", after: "debug" },
    { path: "environment[0].variables.OLD", before: "1" },
    { path: "tags", after: { team: "b" } },
  ]);
});

test("a policy, which is JSON within a text, differs where its meaning does", () => {
  const policy = (actions: string[]) => JSON.stringify({ Statement: [{ Action: actions, Effect: "Allow" }] });
  expect(differences(sides({ policy: policy(["a"]) }, { policy: policy(["a", "b"]) }), [])).toEqual([
    { path: "policy.Statement[0].Action[1]", after: "b" },
  ]);
  expect(differences(sides({ policy: '{"a":1}' }, { policy: '{ "a": 1 }' }), [])).toEqual([]);
  expect(differences(sides({ text: "{broken" }, { text: "{other" }), [])).toEqual([
    { path: "text", before: "{broken", after: "{other" },
  ]);
});

test("what is known only later, private, or forces a replacement is marked", () => {
  expect(differences(sides({ arn: "old" }, {}, { unknown: { arn: true } }), ["arn"])).toEqual([
    { path: "arn", before: "old", unknown: true, replaces: true },
  ]);
  expect(
    differences(
      sides(
        { value: "one", other: "same" },
        { value: "two", other: "same" },
        { privateAfter: { value: true, other: true } },
      ),
      [],
    ),
  ).toEqual([{ path: "value", private: true }]);
  expect(differences(sides({ key: [{ name: "a" }] }, { key: [{ name: "b" }] }), ["key"])).toEqual([
    { path: "key[0].name", before: "a", after: "b", replaces: true },
  ]);
});

test("lists of another length and values of another kind are told whole where they end", () => {
  expect(differences(sides({ list: ["a"] }, { list: ["a", "b"] }), [])).toEqual([{ path: "list[1]", after: "b" }]);
  expect(differences(sides({ rule: [] }, { rule: { a: 1 } }), [])).toEqual([
    { path: "rule", before: [], after: { a: 1 } },
  ]);
});
