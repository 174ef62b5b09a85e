import { expect, test } from "vitest";
import { deployLines } from "./deploy.ts";

test("what a stage holds is told by what is counted: a table's items are more than its tasks", () => {
  const none = { messages: 0, deadLetters: 0, bucket: true, table: true, objects: 0, records: 0, secrets: 0 };
  const told = (more: object) => deployLines({ type: "holdings", ...none, ...more }).map(({ text }) => text);
  expect(told({})).toEqual(["it holds nothing"]);
  expect(told({ records: 1 })).toEqual(["it holds about 1 item in the table"]);
  expect(told({ objects: 1, records: 1234, secrets: 2 })).toEqual([
    "it holds 1 object in the bucket, about 1,234 items in the table, 2 secrets",
  ]);
});
