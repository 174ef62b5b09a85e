import { countWords } from "./words.ts";

/** A message with its text parts joined. */
export interface Message {
  role: string;
  text: string;
}

/** A prompt taken apart: what is asked, and the text it is asked of. */
export interface Prompt {
  request: string;
  document?: string;
}

/** From this many words on, a text without any mark of its own counts as a document. */
const DOCUMENT_WORDS = 40;
/** Between delimiters even a few words are one. */
const DELIMITED_WORDS = 5;

const INSTRUCTION =
  /^(please|summari[sz]e|write|give|extract|list|explain|describe|analy[sz]e|translate|rewrite|condense|shorten|outline|combine|merge|distil|create|generate|provide|answer|tell|make|produce|review|compare|classify|identify|find|read|return|respond|reply|focus|keep|use|do not|don't|be |you are|you will|your task|the following|below|here (is|are)|given the|based on the|what|who|why|how|when|where|which|can you|could you)\b/i;

/** Finds the document and the request in a conversation; the last user message is looked at first. */
export function readPrompt(messages: readonly Message[]): Prompt {
  const asked = messages.findLast((message) => message.role === "user") ?? messages.at(-1);
  const own = splitPrompt(asked?.text ?? "");
  const instructions = messages.filter((message) => message !== asked && message.role !== "assistant");
  const system = instructions.filter((message) => countWords(message.text) <= 200).map((message) => message.text);
  if (own.document) return { document: own.document, request: [...system, own.request].join("\n") };
  // The text may have come before the question: in the system message or an earlier turn.
  for (const message of instructions.toReversed()) {
    const { document, request } = splitPrompt(message.text);
    if (document) return { document, request: [request, own.request].join("\n") };
  }
  return { request: own.request };
}

/** Takes one message apart: by tags, quotes or fences, else by its paragraphs. */
export function splitPrompt(text: string): Prompt {
  const plain = text.replace(/\r\n?/g, "\n").trim();
  return byTags(plain) ?? byFences(plain) ?? byParagraphs(plain) ?? byFirstSentence(plain) ?? { request: plain };
}

function byTags(text: string): Prompt | undefined {
  const inside = new Map<string, string[]>();
  for (const [, tag = "", content = ""] of text.matchAll(/<([a-zA-Z][\w-]*)(?:\s[^<>]*)?>([\s\S]*?)<\/\1>/g)) {
    inside.set(tag, [...(inside.get(tag) ?? []), content.trim()]);
  }
  const documents = [...inside.values()].map((parts) => parts.join("\n\n")).toSorted((a, b) => b.length - a.length)[0];
  if (!documents || countWords(documents) < DELIMITED_WORDS || documents.length < text.length / 3) return undefined;
  return { document: documents, request: text.replace(/<([a-zA-Z][\w-]*)(?:\s[^<>]*)?>[\s\S]*?<\/\1>/g, " ").trim() };
}

function byFences(text: string): Prompt | undefined {
  const match = /^("""|'''|```\w*|-{3,}|={3,})[ \t]*\n?([\s\S]+?)\n?[ \t]*(?:"""|'''|```|-{3,}|={3,})[ \t]*$/m.exec(
    text,
  );
  const document = match?.[2]?.trim();
  if (!match || !document || countWords(document) < DELIMITED_WORDS || document.length < text.length / 2)
    return undefined;
  return { document, request: text.replace(match[0], " ").trim() };
}

function byParagraphs(text: string): Prompt | undefined {
  const blocks = text.split(/\n\s*\n/).flatMap(splitLeadIn);
  let start = 0;
  while (start < blocks.length && isInstruction(blocks[start] ?? "")) start += 1;
  let end = blocks.length;
  while (end > start && isClosing(blocks[end - 1] ?? "")) end -= 1;
  const document = unquote(blocks.slice(start, end).join("\n\n"));
  const asked = start > 0 || end < blocks.length;
  if (countWords(document) < (asked ? 12 : DOCUMENT_WORDS)) return undefined;
  // One block that begins with an order is better cut at its first sentence.
  if (!asked && INSTRUCTION.test(document)) return undefined;
  return { document, request: [...blocks.slice(0, start), ...blocks.slice(end)].join("\n") };
}

/** A line that ends in a colon introduces what follows, also without an empty line between. */
function splitLeadIn(block: string): string[] {
  const [first = "", ...rest] = block.split("\n");
  return first.trimEnd().endsWith(":") && countWords(first) <= 60 && rest.length > 0
    ? [first, rest.join("\n")]
    : [block];
}

function isInstruction(block: string): boolean {
  const text = block.trim();
  if (text === "" || /^#{1,6}\s/.test(text)) return text === "";
  return countWords(text) <= 80 && (text.endsWith(":") || INSTRUCTION.test(text));
}

function isClosing(block: string): boolean {
  const text = block.trim();
  return (
    text === "" || (countWords(text) <= 12 && text.endsWith(":")) || (countWords(text) <= 40 && INSTRUCTION.test(text))
  );
}

/** `Summarize this: ...` or `Summarize the text. ...`. */
function byFirstSentence(text: string): Prompt | undefined {
  const match = /^([^\n.!?:]{3,200}[:.!?])\s+([\s\S]+)$/.exec(text);
  const [, request = "", document = ""] = match ?? [];
  const enough = request.endsWith(":") ? 12 : DOCUMENT_WORDS;
  if (!INSTRUCTION.test(request) || countWords(document) < enough) return undefined;
  return { request, document: unquote(document) };
}

function unquote(text: string): string {
  const trimmed = text.trim();
  return /^"[\s\S]*"$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}
