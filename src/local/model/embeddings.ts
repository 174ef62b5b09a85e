import { OFFLINE_MODEL } from "./answer.ts";
import { dimensionsOf, embed } from "./embedding.ts";
import { OpenAiError } from "./openai-error.ts";
import { countTokens } from "./tokens.ts";

const MAX_INPUTS = 2048;
const MAX_DIMENSIONS = 4096;

/** The answer of `POST embeddings`. @throws OpenAiError 400 naming the parameter. */
export function embeddingsAnswer(body: Record<string, unknown>) {
  const inputs = readInputs(body["input"]);
  const dimensions = readDimensions(body["dimensions"]) ?? dimensionsOf(String(body["model"]));
  const format = body["encoding_format"] ?? "float";
  if (format !== "float" && format !== "base64") {
    throw new OpenAiError(400, "Invalid 'encoding_format': it is float or base64.", { param: "encoding_format" });
  }
  const tokens = inputs.reduce((sum, input) => sum + input.tokens, 0);
  return {
    object: "list",
    data: inputs.map(({ text }, index) => {
      const vector = embed(text, dimensions);
      return { object: "embedding", index, embedding: format === "base64" ? littleEndian(vector) : Array.from(vector) };
    }),
    model: OFFLINE_MODEL,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

interface EmbeddingInput {
  text: string;
  tokens: number;
}

/** One text, many, or the same as lists of token numbers, which are hashed as they are. */
function readInputs(input: unknown): EmbeddingInput[] {
  if (input === undefined)
    throw new OpenAiError(400, "Missing required parameter: 'input'.", {
      param: "input",
      code: "missing_required_parameter",
    });
  const list: unknown[] = !Array.isArray(input) || isTokens(input) ? [input] : input;
  if (list.length === 0 || list.length > MAX_INPUTS) {
    throw new OpenAiError(400, `Invalid 'input': between 1 and ${MAX_INPUTS} texts.`, { param: "input" });
  }
  return list.map((item) => {
    if (typeof item === "string" && item !== "") return { text: item, tokens: countTokens(item) };
    if (isTokens(item)) return { text: item.join(" "), tokens: item.length };
    throw new OpenAiError(400, "Invalid 'input': each must be a text that is not empty, or a list of tokens.", {
      param: "input",
    });
  });
}

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number");
}

function readDimensions(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= MAX_DIMENSIONS) return value;
  throw new OpenAiError(400, `Invalid 'dimensions': an integer from 1 to ${MAX_DIMENSIONS}.`, { param: "dimensions" });
}

function littleEndian(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
}
