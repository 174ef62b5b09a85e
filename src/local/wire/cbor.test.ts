import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AwsError } from "../context.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";

const hex = (text: string) => Buffer.from(text, "hex");

// Appendix A of RFC 8949.
describe("the examples of the RFC", () => {
  it.each<[string, unknown]>([
    ["00", 0],
    ["17", 23],
    ["1818", 24],
    ["1903e8", 1000],
    ["1a000f4240", 1_000_000],
    ["1b000000e8d4a51000", 1_000_000_000_000],
    ["20", -1],
    ["3903e7", -1000],
    ["f90000", 0],
    ["f93c00", 1],
    ["fb3ff199999999999a", 1.1],
    ["f97bff", 65_504],
    ["fa47c35000", 100_000],
    ["f90001", 5.960464477539063e-8],
    ["f9c400", -4],
    ["f97c00", Infinity],
    ["f97e00", NaN],
    ["faff800000", -Infinity],
    ["f4", false],
    ["f5", true],
    ["f6", null],
    ["c11a514b67b0", 1_363_896_240],
    ["c1fb41d452d9ec200000", 1_363_896_240.5],
    ["60", ""],
    ["62c3bc", "ü"],
    ["64f0908591", "𐅑"],
    ["80", []],
    ["8301820203820405", [1, [2, 3], [4, 5]]],
    ["a26161016162820203", { a: 1, b: [2, 3] }],
    ["7f657374726561646d696e67ff", "streaming"],
    ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]],
    ["bf61610161629f0203ffff", { a: 1, b: [2, 3] }],
    ["4401020304", Buffer.of(1, 2, 3, 4)],
    ["5f42010243030405ff", Buffer.of(1, 2, 3, 4, 5)],
  ])("%s is %j", (text, value) => {
    expect(decodeCbor(hex(text))).toEqual(value);
  });
});

it("what is encoded is decoded as it was", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      expect(decodeCbor(encodeCbor(value))).toEqual(value);
    }),
  );
  fc.assert(fc.property(fc.double(), (value) => Object.is(decodeCbor(encodeCbor(value)), value)));
});

it("dates are timestamps, maps are maps, and what is undefined is left out", () => {
  expect(encodeCbor(new Date(1_363_896_240_500)).toString("hex")).toBe("c1fb41d452d9ec200000");
  expect(decodeCbor(encodeCbor({ a: undefined, b: new Map([["k", 1]]) }))).toEqual({ b: { k: 1 } });
});

it.each([
  ["nothing", ""],
  ["a length that is missing", "18"],
  ["a text that ends too early", "63c3bc"],
  ["a list of four thousand million", "9affffffff"],
  ["a text of more than a double holds", "7bffffffffffffffff"],
  ["something after the end", "0000"],
  ["a break without a beginning", "ff"],
  ["a list that is never ended", "9f01"],
  ["a tag of something else", "c249010000000000000000"],
  ["a key that is a number", "a10101"],
  ["lists in lists in lists", "81".repeat(100)],
  ["lists without end in lists without end", "9f".repeat(100_000)],
])("refuses %s", (_what, text) => {
  expect(() => decodeCbor(hex(text))).toThrow(expect.objectContaining({ code: "SerializationException" }));
});

it("answers any bytes with a value or with AWS's error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeCbor(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(AwsError);
      }
    }),
    { numRuns: 2000 },
  );
});
