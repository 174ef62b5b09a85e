/** @returns the status of the answer that was an error; undefined where there was no answer. */
export function httpStatus(error: object): number | undefined {
  const metadata: unknown = "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}

/** @returns the system's code of what was thrown, or of what that was thrown for; "" without one. */
export function errorCode(error: Error): string {
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause instanceof Error ? errorCode(error.cause) : "";
}

/** @returns `QueueDoesNotExist` as `QUEUE_DOES_NOT_EXIST`. */
export const screaming = (name: string) =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/\W+/g, "_")
    .toUpperCase();

/** @returns whether it is what the SDK says for an answer that has no words. */
export const nameless = (text: string) => /^(Unknown|UnknownError|Error|)$/.test(text);
