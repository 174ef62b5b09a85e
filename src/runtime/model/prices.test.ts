import { expect, it } from "vitest";
import { isOffline, priceOf, totalCost } from "./prices.ts";

const MILLION = { inputTokens: 1_000_000, outputTokens: 1_000_000 };

it.each([
  ["gpt-4o-mini", 0.75],
  ["gpt-4o-mini-2024-07-18", 0.75],
  ["openai/gpt-4o", 12.5],
  ["claude-sonnet-4-5-20250929", 18],
  ["claude-3-5-haiku-latest", 4.8],
  ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", 18],
  ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0", 6],
  ["amazon.nova-lite-v1:0", 0.3],
  ["amazon.titan-embed-text-v2:0", 0.02],
  ["offline", 0],
  ["offline-embedding", 0],
])("%s costs %d dollars for a million tokens each way", (model, dollars) => {
  expect(priceOf(model, MILLION)).toBeCloseTo(dollars, 9);
});

it.each(["gpt-4o-audio-preview", "gpt-7", "llama3", "", "constructor"])(
  "%s has no known price, and so no cost",
  (model) => {
    expect(priceOf(model, MILLION)).toBeUndefined();
  },
);

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
