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
  });
  expect(readPlan(text)).toEqual({
    changes: [{ address: "aws_sqs_queue.new", kind: "aws_sqs_queue", name: "b", action: "create", attributes: [] }],
    drift: [],
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

test("what was done by other means is told where the plan takes it back, and nowhere else", () => {
  const unknown = (item: ReturnType<typeof resource>, names: object) => ({
    ...item,
    change: { ...item.change, after_unknown: names },
  });
  const worker = (timeout: number, at: string, policy = "") => ({ timeout, last_modified: at, policy });
  const settings = { environment: [{ variables: { A: "1", B: "2" } }] };
  const text = JSON.stringify({
    resource_changes: [
      resource("aws_lambda_function.same", ["no-op"], worker(50, "today"), worker(50, "today")),
      resource("aws_lambda_function.by_hand", ["update"], worker(900, "today"), worker(50, "today")),
      // Its own setting is new, and AWS made the rest up: when it is changed, nobody knows when that was yet.
      unknown(resource("aws_lambda_function.ours", ["update"], worker(50, "today"), worker(60, "today")), {
        last_modified: true,
      }),
      resource("aws_lambda_function.part", ["update"], { environment: [] }, settings),
      resource("aws_sqs_queue.gone", ["create"], null, { name: "a" }),
      resource("aws_sqs_queue.removed", ["delete"], { name: "b" }, null),
    ],
    resource_drift: [
      resource("aws_lambda_function.same", ["update"], worker(50, "yesterday"), worker(50, "today", "{}")),
      resource("aws_lambda_function.by_hand", ["update"], worker(50, "yesterday"), worker(900, "today")),
      resource("aws_lambda_function.ours", ["update"], worker(50, "yesterday"), worker(50, "today")),
      resource("aws_lambda_function.part", ["update"], settings, { environment: [] }),
      resource("aws_sqs_queue.gone", ["delete"], { name: "a" }, null),
      resource("aws_sqs_queue.removed", ["update"], { name: "b", policy: "" }, { name: "b", policy: "{}" }),
    ],
  });
  expect(readPlan(text).drift).toEqual([
    "aws_lambda_function.by_hand was changed by other means since the last deployment",
    "aws_lambda_function.part was changed by other means since the last deployment",
    "aws_sqs_queue.gone was deleted by other means since the last deployment",
  ]);
});
