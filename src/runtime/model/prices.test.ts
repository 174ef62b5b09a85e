import { calcPrice, findProvider } from "@pydantic/genai-prices";
import { describe, expect, it } from "vitest";
import { isOffline, priceOf, totalCost } from "./prices.ts";
import { createUsageCounter } from "./usage.ts";

/** Dollars for so many tokens: short of where long prompts cost more, and beyond. */
const SHORT = { inputTokens: 100_000, outputTokens: 10_000 };
const LONG = { inputTokens: 300_000, outputTokens: 10_000 };

describe("the prices of the package that collects them", () => {
  it.each(["openai", "anthropic", "aws"])("of %s are ours", (providerId) => {
    const provider = findProvider({ providerId });
    if (!provider) throw new Error("The package does not know this provider.");
    // The package's own word for every geography, which no model is called by.
    const ids = provider.models.map(({ id }) => id.replace(/^regional\./, "us."));
    const priced = ids.filter((id) => priceOf(id, SHORT) !== undefined);
    expect(priced.length).toBeGreaterThan(15);
    for (const id of priced) {
      for (const { inputTokens, outputTokens } of [SHORT, LONG]) {
        const theirs = calcPrice({ input_tokens: inputTokens, output_tokens: outputTokens }, id, { provider });
        expect(priceOf(id, { inputTokens, outputTokens }), id).toBeCloseTo(theirs?.total_price ?? NaN, 9);
      }
    }
  });
});

describe("a model's names", () => {
  it.each([
    ["gpt-4o-mini", 0.021],
    ["gpt-4o-mini-2024-07-18", 0.021],
    ["openai/gpt-4o", 0.35],
    ["gpt-4o-2024-05-13", 0.65],
    ["claude-sonnet-4-5-20250929", 0.45],
    ["claude-opus-4-20250514", 2.25],
    ["claude-3-5-haiku-latest", 0.12],
    ["claude-3-5-haiku-20241022", 0.12],
    ["amazon.nova-lite-v1:0", 0.0084],
    ["us.amazon.nova-lite-v1:0", 0.0084],
    ["amazon.titan-embed-text-v1", 0.01],
    ["offline", 0],
    ["offline-embedding", 0],
  ])("%s costs %d dollars", (model, dollars) => {
    expect(priceOf(model, SHORT)).toBeCloseTo(dollars, 9);
  });

  it("on Bedrock tell where it runs, which has a price of its own", () => {
    expect(priceOf("global.anthropic.claude-haiku-4-5-20251001-v1:0", SHORT)).toBeCloseTo(0.15, 9);
    expect(priceOf("us.anthropic.claude-haiku-4-5-20251001-v1:0", SHORT)).toBeCloseTo(0.165, 9);
    const profile = "eu.anthropic.claude-haiku-4-5-20251001-v1:0";
    const arn = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${profile}`;
    expect(priceOf(arn, SHORT)).toBeCloseTo(0.165, 9);
  });

  it.each(["gpt-4o-audio-preview", "gpt-7", "llama3", "", "constructor"])(
    "%s has no known price, and so no cost",
    (model) => {
      expect(priceOf(model, SHORT)).toBeUndefined();
    },
  );
});

it("a long prompt costs more a token, many short ones do not", () => {
  const once = createUsageCounter();
  once.add({ model: "gpt-5.4", ...LONG });
  expect(once.total()[0]?.costUsd).toBeCloseTo(300_000 * 5e-6 + 10_000 * 22.5e-6, 9);
  const thrice = createUsageCounter();
  for (let call = 0; call < 3; call += 1) thrice.add({ model: "gpt-5.4", ...SHORT });
  expect(thrice.total()).toEqual([
    { model: "gpt-5.4", calls: 3, inputTokens: 300_000, outputTokens: 30_000, costUsd: 1.2 },
  ]);
});

it("sums only what is known", () => {
  const used = { calls: 1, inputTokens: 1, outputTokens: 1 };
  expect(
    totalCost([
      { model: "a", ...used, costUsd: 0.1 },
      { model: "b", ...used, costUsd: 0.2 },
    ]),
  ).toBe(0.3);
  expect(
    totalCost([
      { model: "a", ...used, costUsd: 0.1 },
      { model: "b", ...used },
    ]),
  ).toBeUndefined();
  expect(totalCost([])).toBeUndefined();
});

it("knows the offline model by its name", () => {
  expect(isOffline("offline")).toBe(true);
  expect(isOffline("offliner")).toBe(false);
});
