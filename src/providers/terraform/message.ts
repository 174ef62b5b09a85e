import * as z from "zod";
import { jsonIn } from "../../contract/json.ts";

/*
 * What `plan -json` and `apply -json` print: one JSON object a line. Terraform 1.x and OpenTofu write the same; what is not
 * listed here is passed over. Source: developer.hashicorp.com/terraform/internals/machine-readable-ui.
 */

const position = z.object({ line: z.int(), column: z.int().optional() });

const diagnosticSchema = z.object({
  severity: z.enum(["error", "warning"]),
  summary: z.string(),
  detail: z.string().default(""),
  /** The resource it is about. */
  address: z.string().optional(),
  range: z.object({ filename: z.string(), start: position }).optional(),
  snippet: z.object({ code: z.string() }).optional(),
});
export type Diagnostic = z.infer<typeof diagnosticSchema>;

const hook = z.object({
  resource: z.object({ addr: z.string(), resource_type: z.string() }),
  action: z.string(),
});

const messageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("diagnostic"), diagnostic: diagnosticSchema }),
  z.object({ type: z.enum(["apply_start", "apply_complete", "apply_errored"]), hook }),
]);
export type Message = z.infer<typeof messageSchema>;

/** @returns the message of a line; undefined for one that tells us nothing. */
export function parseMessage(line: string): Message | undefined {
  return messageSchema.safeParse(jsonIn(line)).data;
}
