import { describe, expect, it } from "vitest";
import type { InvokeResult } from "../interfaces.ts";
import { readBatchResult } from "./batch-result.ts";

const ids = new Set(["a", "b"]);
const answer = (payload: string, functionError?: "Unhandled"): InvokeResult => ({
  requestId: "r",
  payload: Buffer.from(payload),
  logTail: "",
  durationMs: 1,
  ...(functionError ? { functionError } : {}),
});
const read = (value: unknown) =>
  readBatchResult(answer(typeof value === "string" ? value : JSON.stringify(value)), ids, true).failed;

// Lambda guide, services-sqs-errorhandling, "Success and failure conditions".
describe("an answer with ReportBatchItemFailures", () => {
  it.each([
    ["an empty list", { batchItemFailures: [] }],
    ["a null list", { batchItemFailures: null }],
    ["an empty object", {}],
    ["null", "null"],
    ["nothing", ""],
    ["a misspelt list: the messages are lost, as on AWS", { batchItemFailure: [{ itemIdentifier: "a" }] }],
  ])("is success with %s", (_title, value) => {
    expect(read(value)).toEqual(new Set());
  });

  it.each([
    ["no JSON", "{"],
    ["a text", '"ok"'],
    ["a list", []],
    ["a list that is none", { batchItemFailures: "a" }],
    ["an empty identifier", { batchItemFailures: [{ itemIdentifier: "" }] }],
    ["a null identifier", { batchItemFailures: [{ itemIdentifier: null }] }],
    ["a misspelt identifier", { batchItemFailures: [{ itemIdentfier: "a" }] }],
    [
      "an identifier that is not in the batch",
      { batchItemFailures: [{ itemIdentifier: "a" }, { itemIdentifier: "c" }] },
    ],
    ["a null item", { batchItemFailures: [null] }],
  ])("fails the whole batch with %s", (_title, value) => {
    expect(read(value)).toBe("all");
  });

  it("fails the messages it names", () => {
    expect(read({ batchItemFailures: [{ itemIdentifier: "b" }, { itemIdentifier: "b" }] })).toEqual(new Set(["b"]));
  });
});

it("a function's error fails all, and without the feature any answer is success", () => {
  expect(readBatchResult(answer("{}", "Unhandled"), ids, true).failed).toBe("all");
  expect(readBatchResult(answer("{}", "Unhandled"), ids, false).failed).toBe("all");
  expect(readBatchResult(answer('{"batchItemFailures":[{"itemIdentifier":"a"}]}'), ids, false).failed).toEqual(
    new Set(),
  );
});
