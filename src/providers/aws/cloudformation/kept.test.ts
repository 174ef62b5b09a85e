import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { policyOf } from "./kept.ts";

const FILE = join(import.meta.dirname, "../../../../infrastructure/cloudformation/template.yaml");

test("what a template says of a resource's end is read from JSON, and from a YAML that somebody else deployed", async () => {
  const yaml = await readFile(FILE, "utf8");
  const json = JSON.stringify({ Resources: { TasksTable: { DeletionPolicy: "Retain" }, Queue: {} } });
  expect(
    ["TasksTable", "DocumentsBucket", "ConnectionsTable", "WorkerLogs", "Nothing"].map((id) => policyOf(yaml, id)),
  ).toEqual(["RetainExceptOnCreate", "RetainExceptOnCreate", "Delete", "", ""]);
  expect(["TasksTable", "Queue"].map((id) => policyOf(json, id))).toEqual(["Retain", "undefined"]);
});
