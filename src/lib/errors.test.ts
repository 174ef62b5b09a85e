import { expect, test } from "vitest";
import { AbortError } from "../contract/errors.ts";
import { toPipelineError } from "./errors.ts";

const system = (code: string) =>
  Object.assign(new Error(`${code}: as the system says it, write '/x/y'`), { code, syscall: "write", path: "/x/y" });

test("a full disk says so, and that nothing is lost", () => {
  expect(toPipelineError(system("ENOSPC"), false)).toMatchObject({
    message: "The disk is full.",
    code: "ENOSPC",
    where: "/x/y",
    hint: [expect.stringContaining("what was accepted is kept")],
    exitCode: 1,
  });
});

test.each([
  "EACCES",
  "EROFS",
  "EMFILE",
  "ECONNREFUSED",
  "ENOENT",
  "EISDIR",
  "ENOTDIR",
  "EEXIST",
  "ENAMETOOLONG",
  "ELOOP",
  "EIO",
])("%s has a next step", (code) => {
  const error = toPipelineError(system(code), false);
  expect(error).toMatchObject({ code, where: "/x/y" });
  expect(error.hint).toHaveLength(1);
});

test("a typed error stays as it is", () => {
  const error = new AbortError("x", { code: "X" });
  expect(toPipelineError(error, false)).toBe(error);
});

test.each([
  [new TypeError("x is not a function")],
  [Object.assign(new Error("connect EIO"), { code: "EIO", syscall: "connect" })],
  ["a string"],
  [undefined],
])("anything else (%s) is a mistake of ours", (thrown) => {
  expect(toPipelineError(thrown, false)).toMatchObject({
    code: "UNEXPECTED",
    hint: [expect.stringContaining("--debug")],
  });
});
