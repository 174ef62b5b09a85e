import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { configSchema } from "../../src/contract/schema/config.ts";
import { taskEventSchema, tokenEventSchema } from "../../src/contract/schema/event.ts";
import { taskRecordSchema } from "../../src/contract/schema/record.ts";
import { submitRequestSchema, taskSchema } from "../../src/contract/schema/task.ts";

/** Published as `ai-pipeline/schema/<name>.json`: what a user writes, so input types. */
const SCHEMAS = {
  config: configSchema,
  task: taskSchema,
  "submit-request": submitRequestSchema,
  event: taskEventSchema,
  token: tokenEventSchema,
  record: taskRecordSchema,
};

/** Writes the contract as JSON Schema (2020-12), one file a type. */
export async function writeSchemas(out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const files = Object.entries(SCHEMAS).map(([name, schema]) =>
    writeFile(join(out, `${name}.json`), JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2) + "\n"),
  );
  await Promise.all(files);
}
