import type { Message } from "esbuild";
import type { BuildMessage } from "./types.ts";

/** @returns the compiler's message as data. */
export function toBuildMessage(message: Message): BuildMessage {
  const { location } = message;
  const missing = /^Could not resolve "(?:\.\/)?(.+)"$/.exec(message.text);
  return {
    // Without a place it is the entry itself that is missing.
    text: missing && !location ? `The entry ${missing[1]} does not exist.` : message.text,
    ...(location
      ? { file: location.file, line: location.line, column: location.column + 1, lineText: location.lineText }
      : {}),
  };
}

/** `src/worker.ts:3:14: Expected ";" but found "x"`. */
export function formatBuildMessage({ text, file, line, column }: BuildMessage): string {
  return file === undefined ? text : `${file}:${line}:${column}: ${text}`;
}

/** @returns the messages of a build that threw: the compiler's own, or why it could not run. */
export function messagesOf(error: unknown): BuildMessage[] {
  if (
    typeof error === "object" &&
    error !== null &&
    "errors" in error &&
    Array.isArray(error.errors) &&
    error.errors.length > 0
  ) {
    return error.errors.filter(isMessage).map(toBuildMessage);
  }
  return [{ text: error instanceof Error ? error.message : String(error) }];
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "text" in value && "location" in value;
}
