import { readPrompt, type Message } from "./prompt.ts";
import { pickSentences, readWish } from "./summarize.ts";
import { contentWords } from "./words.ts";

/** What the model says of itself; also how a worker can tell. */
export const OFFLINE_MODEL = "offline";

const EXTRACT_NOTICE = "[Offline model: these are sentences of the text itself, picked by word frequency.]";
const REFUSAL_NOTICE = "[Offline model: it can pick sentences out of a text, but not write or reason.]";
/** Of its own earlier answers, so that a summary of summaries carries the notice once. */
const NOTICE = /\[Offline model:[^\]\n]*\]\s*/g;

/** Words of a request that say what to do, not what about. */
const ORDERS = new Set(
  contentWords(
    "summarize summarise summary concise brief write answer following text document report article attached context sentence bullet point " +
      "word paragraph list please one two three four five six seven eight nine ten",
  ),
);

/**
 * Answers a conversation without any model: an extract of the text that it brings, or, where it brings none, that it
 * cannot answer. The same conversation always gets the same answer.
 */
export function answer(messages: readonly Message[]): string {
  const { request, document } = readPrompt(
    messages.map(({ role, text }) => ({ role, text: text.replace(NOTICE, "") })),
  );
  const wish = readWish(request);
  const focus = { words: contentWords(request).filter((word) => !ORDERS.has(word)), question: request.includes("?") };
  const sentences = document ? pickSentences(document, wish, focus) : [];
  if (sentences.length === 0) return refusal(request, document !== undefined);
  const text = wish.bullets ? sentences.map((sentence) => `- ${sentence}`).join("\n") : paragraphs(sentences);
  return `${EXTRACT_NOTICE}\n\n${text}`;
}

/** Four sentences at most run together. */
function paragraphs(sentences: readonly string[]): string {
  const blocks: string[] = [];
  for (let i = 0; i < sentences.length; i += 4) blocks.push(sentences.slice(i, i + 4).join(" "));
  return blocks.join("\n\n");
}

function refusal(request: string, hadDocument: boolean): string {
  const asked = request.replace(/\s+/g, " ").trim();
  const short = asked.length > 200 ? `${asked.slice(0, 197).trimEnd()}...` : asked;
  const reason = hadDocument
    ? "The text that came with it has no whole sentence to pick."
    : "It came without a text to pick sentences from.";
  const heard = short ? `You asked: "${short}" ${reason}` : "You asked nothing.";
  return `${REFUSAL_NOTICE}\n\n${heard} Give the stage a real model's key, and that model answers.`;
}
