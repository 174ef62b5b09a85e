import { contentWords } from "./words.ts";

/** Of a model name that is not known. */
const DEFAULT_DIMENSIONS = 256;
/** So that an index made for a known model fits. */
const KNOWN_DIMENSIONS: Readonly<Record<string, number>> = {
  "text-embedding-3-small": 1536,
  "text-embedding-3-large": 3072,
  "text-embedding-ada-002": 1536,
};

export function dimensionsOf(model: string): number {
  return (Object.hasOwn(KNOWN_DIMENSIONS, model) ? KNOWN_DIMENSIONS[model] : undefined) ?? DEFAULT_DIMENSIONS;
}

/**
 * Embeds a text by hashing its words, word pairs and letter triples into signed places; texts that share words lie near
 * each other, meaning is not known. Deterministic, of length 1 (a text without a word too).
 */
export function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const words = contentWords(text);
  for (const [index, word] of words.entries()) {
    add(vector, `w:${word}`, 1);
    const next = words[index + 1];
    if (next) add(vector, `p:${word} ${next}`, 0.5);
    const padded = `^${word}$`;
    for (let i = 0; i + 3 <= padded.length; i++) add(vector, `t:${padded.slice(i, i + 3)}`, 0.25);
  }
  if (words.length === 0) add(vector, `x:${text}`, 1);
  let length = Math.hypot(...vector);
  if (length === 0) {
    // Features that cancelled each other out.
    vector[0] = 1;
    length = 1;
  }
  return vector.map((value) => value / length);
}

function add(vector: Float32Array, feature: string, weight: number): void {
  const hash = fnv1a(feature);
  const place = (hash >>> 1) % vector.length;
  vector[place] = (vector[place] ?? 0) + (hash & 1 ? weight : -weight);
}

/** FNV-1a over UTF-16 code units, then mixed: its low bit alone is weak. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
