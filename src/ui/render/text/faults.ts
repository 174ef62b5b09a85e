import type { FaultsEvent } from "../../../contract/operations/faults.ts";
import type { TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

export const faultsText: TextRenderer<FaultsEvent> = (out) => (event) => {
  if (event.type === "stage") return tellShared(out, event);
  if (event.type === "fault-rule") return out.result(event.rule);
  if (event.rules.length === 0) out.line("no faults are set");
};
