import type { ConsumptionEvent } from "../../../contract/operations/consumption.ts";
import { describeChange, describeConsumption } from "../../consumption.ts";
import type { TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

/** A log gets a line every few seconds, not every moment. */
const EVERY_MS = 5000;

export const consumptionText: TextRenderer<ConsumptionEvent> = (out) => {
  let next = EVERY_MS;
  return (event) => {
    switch (event.type) {
      case "stage":
        return tellShared(out, event);
      case "consumption":
        if (event.ms < next) return;
        next = event.ms + EVERY_MS;
        return out.line(describeChange(event));
      case "summary": {
        const [result = "", ...lines] = describeConsumption(event);
        out.result(result);
        for (const line of lines) out.line(line);
        return;
      }
    }
  };
};
