import type { StatusEvent } from "../../../contract/operations/status.ts";
import { statusLines } from "../../status-lines.ts";
import { table, type TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

export const statusText: TextRenderer<StatusEvent> = (out) => (event) => {
  if (event.type === "stage") return tellShared(out, event);
  if (event.type === "status") out.result(table(statusLines(event).map(({ label, text }) => [label, text])));
};
