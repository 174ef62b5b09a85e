import * as z from "zod";
import { jsonIn, member } from "../../contract/json.ts";

const stateSchema = z.object({
  resources: z
    .array(
      z.object({
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        instances: z.array(
          z.object({ status: z.string().optional(), index_key: z.union([z.string(), z.number()]).optional() }),
        ),
      }),
    )
    .default([]),
});

/** @param text what `state pull` prints. @returns the addresses of resources that may be half made. */
export function taintedIn(text: string): string[] {
  const state = stateSchema.safeParse(jsonIn(text)).data;
  return (state?.resources ?? [])
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ type, name, instances }) =>
      instances
        .filter(({ status }) => status === "tainted")
        .map(({ index_key: key }) => `${type}.${name}${key === undefined ? "" : `[${JSON.stringify(key)}]`}`),
    );
}

/** @param text what `state pull` prints. @returns what tells two states apart, as Terraform itself does with a saved plan. */
export function stateMark(text: string): string {
  const value = jsonIn(text);
  return `${String(member(value, "lineage"))} ${String(member(value, "serial"))}`;
}

/** @returns whether a resource is what `--keep-data` keeps: the tasks' records, and the bucket with its settings. */
export const isData = (address: string) => /^(aws_dynamodb_table\.tasks|aws_s3_bucket[a-z_]*\.\w+)(\[|$)/.test(address);
