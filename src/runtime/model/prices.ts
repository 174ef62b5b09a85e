import type { Usage } from "../../contract/event.ts";

/** US dollars for a million tokens, input and output. */
type Price = readonly [input: number, output: number];

/**
 * Prices as of 2025-12-01, on demand, without cached-input or batch discounts, from the providers' pages:
 * openai.com/api/pricing, claude.com/pricing, aws.amazon.com/bedrock/pricing (us-east-1). A model that is not listed has
 * no cost: never a guess.
 */
const PRICES = new Map<string, Price>(
  Object.entries({
    // OpenAI
    "gpt-5.1": [1.25, 10],
    "gpt-5": [1.25, 10],
    "gpt-5-mini": [0.25, 2],
    "gpt-5-nano": [0.05, 0.4],
    "gpt-4.1": [2, 8],
    "gpt-4.1-mini": [0.4, 1.6],
    "gpt-4.1-nano": [0.1, 0.4],
    "gpt-4o": [2.5, 10],
    "gpt-4o-mini": [0.15, 0.6],
    o3: [2, 8],
    "o4-mini": [1.1, 4.4],
    "gpt-3.5-turbo": [0.5, 1.5],
    "text-embedding-3-small": [0.02, 0],
    "text-embedding-3-large": [0.13, 0],
    // Anthropic, by its own API and on Bedrock
    "claude-opus-4-5": [5, 25],
    "claude-opus-4-1": [15, 75],
    "claude-opus-4": [15, 75],
    "claude-sonnet-4-5": [3, 15],
    "claude-sonnet-4": [3, 15],
    "claude-haiku-4-5": [1, 5],
    "claude-3-7-sonnet": [3, 15],
    "claude-3-5-sonnet": [3, 15],
    "claude-3-5-haiku": [0.8, 4],
    "claude-3-haiku": [0.25, 1.25],
    // Bedrock
    "amazon.nova-micro": [0.035, 0.14],
    "amazon.nova-lite": [0.06, 0.24],
    "amazon.nova-pro": [0.8, 3.2],
    "amazon.titan-embed-text-v2": [0.02, 0],
    "meta.llama3-3-70b-instruct": [0.72, 0.72],
  }),
);

/** The local stack's own model: it says so in its name. */
export const OFFLINE_MODEL = "offline";

export function isOffline(model: string): boolean {
  return model === OFFLINE_MODEL || model.startsWith(`${OFFLINE_MODEL}-`);
}

/** @returns the cost in US dollars, or undefined for a model without a known price. */
export function priceOf(model: string, tokens: Pick<Usage, "inputTokens" | "outputTokens">): number | undefined {
  if (isOffline(model)) return 0;
  const price = PRICES.get(canonicalModel(model));
  if (!price) return undefined;
  return roundMicro((tokens.inputTokens * price[0] + tokens.outputTokens * price[1]) / 1e6);
}

/** Nano-dollars are noise of binary fractions. */
function roundMicro(dollars: number): number {
  return Math.round(dollars * 1e9) / 1e9;
}

/** @returns the sum, or undefined when a part of it is not known. */
export function totalCost(usage: readonly Usage[]): number | undefined {
  let sum = 0;
  for (const { costUsd } of usage) {
    if (costUsd === undefined) return undefined;
    sum += costUsd;
  }
  return usage.length === 0 ? undefined : roundMicro(sum);
}

/** One model has many names: with a date, a version, a Bedrock region or provider before it. */
function canonicalModel(model: string): string {
  return model
    .toLowerCase()
    .replace(/^arn:aws:bedrock:.*\//, "")
    .replace(/^(openai|anthropic|bedrock)[/:]/, "")
    .replace(/^(us|eu|apac|jp|au|global)\./, "")
    .replace(/^anthropic\./, "")
    .replace(/:\d+$/, "")
    .replace(/(?<!titan-embed-text)-v\d+$/, "")
    .replace(/-(latest|20\d{6}|20\d\d-\d\d-\d\d)$/, "");
}
