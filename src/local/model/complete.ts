import { answer } from "./answer.ts";
import type { ModelRequest } from "./request.ts";
import { fillSchema } from "./structured.ts";
import { countTokens, limitTokens } from "./tokens.ts";

/** One answer, whichever endpoint asked. */
export interface Completion {
  text: string;
  /** Set instead of the text when a function was insisted on. */
  toolCall?: { name: string; arguments: string };
  finish: "stop" | "length" | "tool_calls";
  usage: { input: number; output: number };
}

/** Tokens the chat format itself takes, by message and once. */
const PER_MESSAGE = 3;

export function complete(request: ModelRequest): Completion {
  const input = request.messages.reduce((sum, message) => sum + countTokens(message.text) + PER_MESSAGE, PER_MESSAGE);
  const said = answer(request.messages);
  if (request.tool) {
    const call = {
      name: request.tool.name,
      arguments: JSON.stringify(fillSchema(request.tool.parameters, said) ?? {}),
    };
    return { text: "", toolCall: call, finish: "tool_calls", usage: { input, output: countTokens(call.arguments) } };
  }
  const whole = stopAt(request.json ? JSON.stringify(asJson(request.json, said)) : said, request.stop);
  const { text, cut } = limitTokens(whole, request.maxTokens);
  return { text, finish: cut ? "length" : "stop", usage: { input, output: countTokens(text) } };
}

function asJson(schema: Record<string, unknown> | "object", text: string): unknown {
  return schema === "object" ? { answer: text } : fillSchema(schema, text);
}

function stopAt(text: string, stops: readonly string[]): string {
  const ends = stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  return ends.length > 0 ? text.slice(0, Math.min(...ends)) : text;
}
