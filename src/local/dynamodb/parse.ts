import type * as z from "zod";
import { validationError } from "./request.ts";

/** Parses a small request. @throws AwsError `ValidationException` that names the field. */
export function parse<T>(schema: z.ZodType<T>, input: Record<string, unknown>): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  throw validationError(
    `1 validation error detected: Value at '${field.charAt(0).toLowerCase()}${field.slice(1)}' failed to satisfy constraint: ${issue?.message}`,
  );
}
