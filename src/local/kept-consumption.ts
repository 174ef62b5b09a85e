import { type ConsumptionMark, isMarked, parseMark } from "../contract/consumption.ts";
import type { ResourceNames } from "../contract/resources.ts";
import type { Services } from "./services.ts";

/** How a project's mapping is to begin: as the configuration says, but for what somebody has changed by hand since. */
export interface KeptConsumption {
  enabled: boolean;
  maxConcurrency: number;
}

/** @returns what was changed by hand of how the stage takes messages; undefined when nothing was. */
export function readMark({ ssm }: Services, { consumptionParameter }: ResourceNames): ConsumptionMark | undefined {
  const mark = parseMark(ssm.get(consumptionParameter));
  return isMarked(mark) ? mark : undefined;
}

/** A deployment keeps what was changed by hand, and notes what the configuration says now. */
export function keepConsumption(services: Services, names: ResourceNames, configured: number): KeptConsumption {
  const { paused, limited } = readMark(services, names) ?? {};
  if (limited && limited.configured !== configured) {
    const mark: ConsumptionMark = { ...(paused ? { paused } : {}), limited: { ...limited, configured } };
    services.ssm.put(names.consumptionParameter, JSON.stringify({ v: 1, ...mark }), "String");
  }
  return { enabled: paused === undefined, maxConcurrency: limited?.maxConcurrency ?? configured };
}
