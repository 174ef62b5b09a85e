import { expect, test } from "vitest";
import { readPlan } from "./plan.ts";

const resource = (address: string, actions: string[], before: unknown, after: unknown, rest: object = {}) => ({
  address,
  mode: "managed",
  type: address.split(".")[0],
  change: { actions, before, after, after_unknown: {}, before_sensitive: {}, after_sensitive: {} },
  ...rest,
});

test("what is left as it is, read, or forgotten is no change", () => {
  const text = JSON.stringify({
    resource_changes: [
      resource("aws_sqs_queue.same", ["no-op"], { name: "a" }, { name: "a" }),
      resource("aws_sqs_queue.gone", ["forget"], { name: "a" }, null),
      resource("aws_region.data", ["read"], null, {}, { mode: "data" }),
      resource("aws_sqs_queue.new", ["create"], null, { name: "b" }),
    ],
    resource_drift: [resource("aws_sqs_queue.same", ["update"], { name: "a" }, { name: "c" })],
  });
  expect(readPlan(text)).toEqual({
    changes: [{ address: "aws_sqs_queue.new", kind: "aws_sqs_queue", name: "b", action: "create", attributes: [] }],
    drifted: ["aws_sqs_queue.same"],
  });
});

test("a replacement, in whichever order it is made, says what is lost with it", () => {
  for (const actions of [
    ["delete", "create"],
    ["create", "delete"],
  ]) {
    const text = JSON.stringify({
      resource_changes: [resource("aws_s3_bucket.documents", actions, { bucket: "a" }, { bucket: "b" })],
    });
    expect(readPlan(text).changes).toEqual([
      {
        address: "aws_s3_bucket.documents",
        kind: "aws_s3_bucket",
        name: "b",
        action: "replace",
        attributes: [{ path: "bucket", before: "a", after: "b" }],
        loses: "documents and stored results",
      },
    ]);
  }
});
