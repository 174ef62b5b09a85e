import { type Sentence, splitSentences } from "./sentences.ts";
import { contentWords, countWords } from "./words.ts";

/** How much is wanted, read off the request. */
export interface Wish {
  sentences?: number;
  words?: number;
  bullets: boolean;
}

/** Longest text looked at, in characters. */
const MAX_CHARACTERS = 600_000;
/** Begins that lean on the sentence before, which an extract does not have. */
const LEANING =
  /^(it|this|that|these|those|they|he|she|but|and|or|so|also|however|thus|therefore|then|such|for example|for instance|instead|otherwise|in this case|as a result)\b/i;

/** What the request asks about. */
export interface Focus {
  words: readonly string[];
  /** A question wants the sentences that answer it, wherever they stand; else the whole text is wanted. */
  question: boolean;
}

/**
 * Picks sentences of a text: it is cut into as many stretches as sentences are wanted, and from each comes the one whose
 * words are the text's most frequent and not told yet. For a question they come from anywhere. Deterministic.
 *
 * @returns the sentences in the text's order; none when the text has no sentence.
 */
export function pickSentences(text: string, wish: Wish, focus: Focus = { words: [], question: false }): string[] {
  const candidates = splitSentences(text.slice(0, MAX_CHARACTERS));
  if (candidates.length === 0) return [];
  const wanted = Math.min(candidates.length, wish.sentences ?? (focus.question ? 3 : defaultCount(candidates.length)));
  const weights = wordWeights(candidates, focus);
  const picked = new Set<Sentence>();
  let words = 0;
  for (let i = 0; i < wanted; i++) {
    const from = focus.question ? 0 : Math.floor((i * candidates.length) / wanted);
    const to = focus.question ? candidates.length : Math.floor(((i + 1) * candidates.length) / wanted);
    const rest = candidates.slice(from, to).filter((sentence) => !picked.has(sentence));
    const best = bestOf(rest, weights, i === 0 && !focus.question);
    if (!best) continue;
    words += countWords(best.text);
    if (wish.words !== undefined && words > wish.words && picked.size > 0) break;
    picked.add(best);
    // What is told counts less from here on.
    for (const word of new Set(contentWords(best.text))) weights.set(word, (weights.get(word) ?? 0) / 3);
  }
  return candidates.filter((sentence) => picked.has(sentence)).map((sentence) => sentence.text);
}

function defaultCount(sentences: number): number {
  return Math.max(3, Math.min(8, Math.ceil(Math.sqrt(sentences))));
}

function wordWeights(sentences: readonly Sentence[], focus: Focus): Map<string, number> {
  const counts = new Map<string, number>();
  for (const sentence of sentences)
    for (const word of contentWords(sentence.text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const most = Math.max(1, ...counts.values());
  const weights = new Map<string, number>();
  for (const [word, count] of counts) weights.set(word, Math.log1p(count) / Math.log1p(most));
  for (const word of new Set(focus.words)) {
    const count = counts.get(word);
    // The rarer a word that is asked about, the more it tells.
    if (count) weights.set(word, (weights.get(word) ?? 0) + (focus.question ? 4 / count : 1));
  }
  return weights;
}

function bestOf(
  sentences: readonly Sentence[],
  weights: ReadonlyMap<string, number>,
  opening: boolean,
): Sentence | undefined {
  let best: { sentence: Sentence; score: number } | undefined;
  for (const [index, sentence] of sentences.entries()) {
    let score = worth(sentence, weights);
    // What a text says first, it usually says of the whole.
    if (opening) score *= 1 + 0.5 / (index + 1);
    if (!best || score > best.score) best = { sentence, score };
  }
  return best?.sentence;
}

function worth(sentence: Sentence, weights: ReadonlyMap<string, number>): number {
  const words = contentWords(sentence.text);
  if (words.length === 0) return 0;
  const sum = words.reduce((total, word) => total + (weights.get(word) ?? 0), 0);
  const length = countWords(sentence.text);
  let score = sum / (words.length + 3);
  if (length < 6 || length > 45) score *= 0.4;
  if (sentence.leads) score *= 1.15;
  if (LEANING.test(sentence.text)) score *= 0.6;
  if (/^[^\p{Lu}\p{N}"“'(]/u.test(sentence.text)) score *= 0.5;
  if (/https?:|[{}<>=|\\]|\.{4,}/.test(sentence.text) || sentence.text.endsWith("?")) score *= 0.4;
  return score;
}

const NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const AMOUNT = new RegExp(
  `\\b(\\d{1,4}|${NUMBERS.join("|")})(?:\\s*(?:-|–|to|or)\\s*(\\d{1,4}|${NUMBERS.join("|")}))?[\\s-]+(?:[a-z]+\\s+)?(sentences?|bullets?|bullet[\\s-]points?|points|lines|paragraphs?|words)\\b`,
  "i",
);

/** Reads a wish such as "in three sentences", "5 bullet points" or "at most 100 words" off a request. */
export function readWish(request: string): Wish {
  const bullets = /\bbullet|\bas a list\b/i.test(request);
  const match = AMOUNT.exec(request);
  const amount = readNumber(match?.[2] ?? match?.[1]);
  const unit = match?.[3]?.toLowerCase() ?? "";
  if (!amount) return { bullets };
  if (unit === "words") return { bullets, words: amount, sentences: Math.max(1, Math.ceil(amount / 18)) };
  if (unit.startsWith("paragraph")) return { bullets, sentences: Math.min(amount * 3, 40) };
  return { bullets: bullets || unit.endsWith("points"), sentences: Math.min(amount, 40) };
}

function readNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const word = NUMBERS.indexOf(text.toLowerCase());
  return word >= 0 ? word + 1 : Number(text);
}
