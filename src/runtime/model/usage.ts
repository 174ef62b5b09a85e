import type { Usage } from "../../contract/event.ts";
import { isOffline, priceOf, roundNano } from "./prices.ts";

/** One call's tokens. */
export interface ModelUsage {
  /** As the answer names it. */
  model: string;
  inputTokens: number;
  outputTokens: number;
}

/** Adds calls up by model, on top of what earlier attempts used. */
export function createUsageCounter(earlier: readonly Usage[] = []) {
  const total = new Map(earlier.map((usage) => [usage.model, { ...usage }]));
  const mine = new Map<string, Usage>();
  let offline = false;

  return {
    add({ model, inputTokens, outputTokens }: ModelUsage): void {
      if (isOffline(model)) offline = true;
      for (const usages of [total, mine]) {
        const before = usages.get(model) ?? { model, calls: 0, inputTokens: 0, outputTokens: 0 };
        usages.set(model, {
          model,
          calls: before.calls + 1,
          inputTokens: before.inputTokens + inputTokens,
          outputTokens: before.outputTokens + outputTokens,
          ...costOf(before, priceOf(model, { inputTokens, outputTokens })),
        });
      }
    },
    markOffline(): void {
      offline = true;
    },
    /** Of all attempts of this generation. */
    total: (): Usage[] => [...total.values()],
    /** Of this attempt alone. */
    mine: (): Usage[] => [...mine.values()],
    offline: () => offline,
  };
}

/** Long prompts cost more a token, so calls are priced one by one. A part without a price leaves the sum without one. */
function costOf(before: Usage, costUsd: number | undefined): Pick<Usage, "costUsd"> {
  if (costUsd === undefined || (before.calls > 0 && before.costUsd === undefined)) return {};
  return { costUsd: roundNano((before.costUsd ?? 0) + costUsd) };
}

export type UsageCounter = ReturnType<typeof createUsageCounter>;
