import { describe, expect, it } from "vitest";
import { zip } from "./test/zip.ts";
import { readZip } from "./zip.ts";

const contents = (archive: Buffer) =>
  Object.fromEntries(readZip(archive).map(({ name, data }) => [name, data.toString()]));

describe("readZip", () => {
  it("reads deflated and stored entries, and skips folders", () => {
    const files = { "index.mjs": "export const a = 1;".repeat(100), "lib/ü.js": "x" };
    expect(contents(zip(files))).toEqual(files);
    expect(contents(zip(files, true))).toEqual(files);
    expect(contents(zip({ "lib/": "", ...files }))).toEqual(files);
  });

  it.each([
    ["nothing", Buffer.alloc(0), "no zip"],
    ["something else", Buffer.from("hello ".repeat(20)), "no zip"],
    ["a name that leaves the folder", zip({ "../evil": "x" }), "leaves its folder"],
    ["an absolute name", zip({ "/etc/passwd": "x" }), "leaves its folder"],
  ])("refuses %s", (_title, archive, reason) => {
    expect(() => readZip(archive)).toThrow(reason);
  });

  it("refuses any archive that is damaged, without reading past its end", () => {
    const whole = zip({ "index.mjs": "export const handler = async () => 1;" });
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      try {
        readZip(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
    expect(() => readZip(whole.subarray(0, whole.length - 30))).toThrow();
    const broken = Buffer.from(whole);
    broken[45] = (broken[45] ?? 0) ^ 0xff;
    expect(() => readZip(broken)).toThrow();
  });
});
