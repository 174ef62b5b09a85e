import { randomUUID } from "node:crypto";
import { OFFLINE_MODEL } from "./answer.ts";
import type { Completion } from "./complete.ts";
import type { StreamEvent } from "./reply.ts";
import { pieces } from "./tokens.ts";

interface Asked {
  created: number;
  /** The request's body, of which the answer repeats some members. */
  body: Record<string, unknown>;
}

function response(completion: Completion, { created, body }: Asked, id: string, output: unknown[], status: string) {
  const { input, output: written } = completion.usage;
  const ended = status !== "in_progress";
  return {
    id,
    object: "response",
    created_at: created,
    status,
    background: false,
    error: null,
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    instructions: body["instructions"] ?? null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    metadata: body["metadata"] ?? {},
    model: OFFLINE_MODEL,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: body["temperature"] ?? 1,
    text: body["text"] ?? { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: body["top_p"] ?? 1,
    truncation: "disabled",
    usage: ended
      ? {
          input_tokens: input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: written,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: input + written,
        }
      : null,
  };
}

const newId = (prefix: string) => `${prefix}_${randomUUID().replaceAll("-", "")}`;

function part(text: string) {
  return { type: "output_text", annotations: [], logprobs: [], text };
}

function message(id: string, status: string, content: unknown[]) {
  return { id, type: "message", status, role: "assistant", content };
}

const endStatus = (completion: Completion) => (completion.finish === "length" ? "incomplete" : "completed");

/** The answer of `POST responses`. */
export function responseAnswer(completion: Completion, asked: Asked) {
  const status = endStatus(completion);
  return response(completion, asked, newId("resp"), [message(newId("msg"), status, [part(completion.text)])], status);
}

/** The same as the events of a stream, numbered from 0. */
export function responseStream(completion: Completion, asked: Asked): StreamEvent[] {
  const id = newId("resp");
  const item = newId("msg");
  const status = endStatus(completion);
  const place = { item_id: item, output_index: 0, content_index: 0 };
  const done = message(item, status, [part(completion.text)]);
  const started = response(completion, asked, id, [], "in_progress");
  const events: Record<string, unknown>[] = [
    { type: "response.created", response: started },
    { type: "response.in_progress", response: started },
    { type: "response.output_item.added", output_index: 0, item: message(item, "in_progress", []) },
    { type: "response.content_part.added", ...place, part: part("") },
    ...pieces(completion.text).map((delta) => ({ type: "response.output_text.delta", ...place, delta, logprobs: [] })),
    { type: "response.output_text.done", ...place, text: completion.text, logprobs: [] },
    { type: "response.content_part.done", ...place, part: part(completion.text) },
    { type: "response.output_item.done", output_index: 0, item: done },
    { type: `response.${status}`, response: response(completion, asked, id, [done], status) },
  ];
  return events.map((data, index) => ({ event: String(data["type"]), data: { ...data, sequence_number: index } }));
}
