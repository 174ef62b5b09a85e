import { invalid } from "./api-error.ts";

/** @throws ApiError 400. */
export function parseObject(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw invalid(
      `The body is not JSON: ${error instanceof Error ? jsonProblem(error.message) : "it cannot be read"}.`,
      [],
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid("The body is not a JSON object.", []);
  return { ...value };
}

/** The engine's message quotes the body, which may hold a prompt: its place is enough. */
function jsonProblem(message: string): string {
  return /at position \d+( \(line \d+ column \d+\))?/.exec(message)?.[0] ?? "it ends too early or is malformed";
}
