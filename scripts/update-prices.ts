/**
 * Writes src/runtime/model/price-list.ts from the prices that the package @pydantic/genai-prices collects: update the package,
 * run this, look at the difference.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProvider, type ModelInfo, type ModelPrice } from "@pydantic/genai-prices";
import { priceKeys } from "../src/runtime/model/price-key.ts";
import { output } from "./peers/spawn.ts";

const PROVIDERS = ["openai", "anthropic", "aws"];
/** Models that are paid by other units too, or are a customer's own. */
const OTHERWISE_PAID = /^ft:|ft-$|audio|image|realtime|search|transcribe|tts|computer-use|deep-research|sonic|voxtral/;

type Tiered = number | { base: number; tiers: { start: number; price: number }[] };

const root = join(import.meta.dirname, "..");
const version = await packageVersion();
const lines = PROVIDERS.flatMap((providerId) => {
  const provider = findProvider({ providerId });
  if (!provider) throw new Error(`The package knows no provider ${providerId}.`);
  const entries = new Map<string, string>();
  for (const model of provider.models.filter(({ id }) => !OTHERWISE_PAID.test(id))) {
    const price = textPrice(model);
    const keys = priceKeys(model.id);
    // A model of Bedrock that is sold at one price has no scope before its name.
    const key =
      (/^(global|regional)\./.test(model.id) ? keys[0] : keys.find((it) => !it.startsWith("regional."))) ?? model.id;
    if (price && !entries.has(key)) entries.set(key, price);
  }
  return [
    "",
    `  // ${provider.name}`,
    ...[...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, price]) => `  [${JSON.stringify(key)}, ${price}],`),
  ];
});

const file = join(root, "src", "runtime", "model", "price-list.ts");
await writeFile(
  file,
  `// Written by scripts/update-prices.ts from @pydantic/genai-prices ${version} (MIT). Not by hand.

/**
 * US dollars for a million tokens on demand, input and output, without discounts for batches and cached input; then, where
 * a call with more input tokens than the third number costs more, its input and output.
 */
export type Price =
  | readonly [input: number, output: number]
  | readonly [input: number, output: number, above: number, inputAbove: number, outputAbove: number];

export const PRICE_LIST: readonly (readonly [key: string, price: Price])[] = [
${lines.slice(1).join("\n")}
];
`,
);
await output(join(root, "node_modules", ".bin", "oxfmt"), [file], { cwd: root });

async function packageVersion(): Promise<string> {
  const manifest = join(root, "node_modules", "@pydantic", "genai-prices", "package.json");
  return /"version": "([^"]+)"/.exec(await readFile(manifest, "utf8"))?.[1] ?? "of an unknown version";
}

function textPrice(model: ModelInfo): string | undefined {
  const prices = current(model);
  if (!prices || Object.keys(prices).some((unit) => OTHERWISE_PAID.test(unit) && !unit.endsWith("searches_kcount")))
    return undefined;
  const input = tiers(prices["input_mtok"]);
  const outputs = tiers(prices["output_mtok"]);
  if (!input) return undefined;
  const [above, inputAbove] = input.above ?? [];
  const pair = [input.base, outputs?.base ?? 0];
  return JSON.stringify(above === undefined ? pair : [...pair, above, inputAbove, outputs?.above?.[1] ?? pair[1]]);
}

/** The price in force: later ones are listed with the day they begin. */
function current({ prices }: ModelInfo): ModelPrice | undefined {
  if (!Array.isArray(prices)) return prices;
  const today = new Date().toISOString().slice(0, 10);
  return prices.findLast(({ constraint }) => {
    if (!constraint) return true;
    return "start_date" in constraint && constraint.start_date <= today;
  })?.prices;
}

function tiers(price: ModelPrice[string]): { base: number; above?: [number, number] } | undefined {
  const value: Tiered | undefined = price;
  if (value === undefined || typeof value === "number") return value === undefined ? undefined : { base: value };
  const [first, ...more] = value.tiers;
  if (more.length > 0) throw new Error("More than one tier: the price list has room for one.");
  return { base: value.base, ...(first ? { above: [first.start, first.price] as [number, number] } : {}) };
}
