import type { QueueShown } from "../contract/operations/dlq.ts";
import type { StageShown } from "../contract/operations/shared.ts";
import { describeMark } from "./consumption.ts";
import { addLine, type FinishedLine } from "./scrollback.ts";

/** @returns where a command works; then what was changed there by hand, a line each. */
export function placeLines(place: StageShown | QueueShown): string[] {
  return place.type === "stage" ? stageLines(place) : [queueLine(place)];
}

/** @returns the lines of a screen with those of the place. */
export function addPlace(lines: FinishedLine[], place: StageShown | QueueShown): FinishedLine[] {
  return placeLines(place).reduce((all, line, index) => addLine(all, index === 0 ? "info" : "warn", line), lines);
}

function stageLines({ ref, consumption, resume, broken, failing }: StageShown): string[] {
  const endpoint = ref.endpoint ? `, ${ref.endpoint}` : "";
  return [
    `stage ${ref.stage} of ${ref.app}, account ${ref.account}, region ${ref.region}${endpoint}`,
    ...(consumption ? describeMark(consumption) : []),
    ...(resume === undefined ? [] : [`nothing is taken from its queue until: ${resume}`]),
    ...(broken === undefined
      ? []
      : ["its worker does not build, and tasks wait until it does:", ...broken.split("\n")]),
    ...(failing === undefined
      ? []
      : ["its worker cannot be started, and each try costs a task one of its attempts:", ...failing.split("\n")]),
  ];
}

function queueLine({ name, account, region, endpoint, sources }: QueueShown): string {
  const from = sources.length === 0 ? "no queue's dead letters" : `dead letters of ${sources.join(", ")}`;
  return `queue ${name} (${from}), ${endpoint ?? `account ${account}, region ${region}`}`;
}
