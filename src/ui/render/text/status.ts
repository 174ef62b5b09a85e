import type { StatusEvent } from "../../../contract/operations/status.ts";
import { statusLines } from "../../status-lines.ts";
import { table, type TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

/** One block; of a watch a block for each look that shows something new, headed by its time. */
export const statusText: TextRenderer<StatusEvent> = (out) => {
  let before: string | undefined;
  return (event) => {
    if (event.type === "stage") return tellShared(out, event);
    if (event.type !== "status") return;
    const block = table(statusLines(event).map(({ label, text }) => [label, text]));
    if (event.everyMs === undefined) return out.result(block);
    if (block === before) return;
    out.result(`${before === undefined ? "" : "\n"}${new Date(event.at).toISOString()}\n${block}`);
    before = block;
  };
};
