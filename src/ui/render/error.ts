import type { PipelineError } from "../../contract/errors.ts";
import { printable } from "../printable.ts";
import type { Presentation } from "./io.ts";
import { writeErrorEvent } from "./ndjson.ts";
import { openScreen } from "./present.ts";

/** Shows what went wrong, where, and the next step; the stack only when it is given. */
export async function presentError(error: PipelineError, presentation: Presentation, stack?: string): Promise<void> {
  const { io, format } = presentation;
  if (format === "json") return writeErrorEvent(io, error, stack);
  const screen = presentation.views.error
    ? openScreen({ ...presentation, io: { ...io, stdout: io.stderr } })
    : undefined;
  if (!presentation.views.error || !screen) return void io.stderr.write(errorText(error, stack));
  try {
    const { drawError } = await presentation.views.error();
    await drawError(error, screen.screen, stack ? { stack } : {});
  } finally {
    screen.close();
  }
}

function errorText(error: PipelineError, stack?: string): string {
  const lines = [
    `Error: ${error.message}`,
    ...(error.where ? [`  at ${error.where}`] : []),
    ...error.hint.map((line) => `  ${line}`),
    ...(stack ? ["", stack] : []),
    "",
  ];
  return printable(lines.join("\n"));
}
