import * as z from "zod";

/** One line of an export, as far as it is needed to send its message again. */
export const exportedLetterSchema = z.object({
  v: z.literal(1),
  messageId: z.string().min(1),
  sentAt: z.iso.datetime(),
  body: z.string().min(1),
  attributes: z.record(
    z.string(),
    z.union([z.object({ type: z.string(), text: z.string() }), z.object({ type: z.string(), binary: z.base64() })]),
  ),
  group: z.string().exactOptional(),
  deduplicationId: z.string().exactOptional(),
  trace: z.string().exactOptional(),
});
