/** Sellers whose names stand before a model's on Bedrock: `us.anthropic.claude-...`. */
const BEDROCK =
  /^(?:([a-z-]+)\.)?(ai21|amazon|anthropic|cohere|deepseek|google|meta|mistral|nvidia|openai|qwen|writer)\.(.+)$/;

/**
 * One model has many names: with a date, a version, a provider, an inference profile of Bedrock before it.
 *
 * @returns what its price may be listed under, the most precise first.
 */
export function priceKeys(model: string): string[] {
  const name = model
    .toLowerCase()
    .replace(/^arn:aws[a-z-]*:bedrock:.*\//, "")
    .replace(/^(openai|anthropic|bedrock)[/:]/, "");
  const bedrock = BEDROCK.exec(name);
  if (!bedrock) {
    const bare = name.replace(/-latest$/, "");
    const dateless = bare.replace(/-(20\d{6}|20\d\d-\d\d-\d\d)$/, "");
    return [...new Set([bare, dateless, `${dateless}-0`])];
  }
  const [, profile, seller = "", rest = ""] = bedrock;
  const versionless = rest
    .replace(/:\d+$/, "")
    .replace(/(?<!titan-embed-text)-v\d+$/, "")
    .replace(/-20\d{6}$/, "");
  // Cross-region inference within a geography, and within one region, costs more than global inference for newer models.
  const scope = profile === "global" ? "global" : "regional";
  return [`${scope}.${seller}.${versionless}`, `${seller}.${versionless}`];
}
