import type { Usage } from "../../contract/event.ts";
import { priceKeys } from "./price-key.ts";
import { type Price, PRICE_LIST } from "./price-list.ts";

/** What the list lacks, from aws.amazon.com/bedrock/pricing. */
const MORE: readonly (readonly [key: string, price: Price])[] = [["amazon.titan-embed-text-v2", [0.02, 0]]];

const PRICES = new Map([...PRICE_LIST, ...MORE]);

/** The local stack's own model: it says so in its name. */
export const OFFLINE_MODEL = "offline";

export function isOffline(model: string): boolean {
  return model === OFFLINE_MODEL || model.startsWith(`${OFFLINE_MODEL}-`);
}

/** @returns what one call cost in US dollars, or undefined for a model without a known price: never a guess. */
export function priceOf(model: string, tokens: Pick<Usage, "inputTokens" | "outputTokens">): number | undefined {
  if (isOffline(model)) return 0;
  const price = priceKeys(model)
    .map((key) => PRICES.get(key))
    .find((found) => found !== undefined);
  if (!price) return undefined;
  const [input, output] = rates(price, tokens.inputTokens);
  return roundNano((tokens.inputTokens * input + tokens.outputTokens * output) / 1e6);
}

function rates(price: Price, inputTokens: number): [input: number, output: number] {
  const [input, output, above = Infinity, inputAbove = input, outputAbove = output] = price;
  return inputTokens > above ? [inputAbove, outputAbove] : [input, output];
}

/** What is smaller than a nano-dollar is noise of binary fractions. */
export function roundNano(dollars: number): number {
  return Math.round(dollars * 1e9) / 1e9;
}

/** @returns the sum, or undefined when a part of it is not known. */
export function totalCost(usage: readonly Usage[]): number | undefined {
  let sum = 0;
  for (const { costUsd } of usage) {
    if (costUsd === undefined) return undefined;
    sum += costUsd;
  }
  return usage.length === 0 ? undefined : roundNano(sum);
}
