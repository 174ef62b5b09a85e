import type { CompletionEvent } from "../../../contract/operations/completion.ts";
import type { TextRenderer } from "./out.ts";

export const completionText: TextRenderer<CompletionEvent> = (out) => (event) => {
  if (event.type === "script") out.result(event.text);
};
