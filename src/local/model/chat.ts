import { randomUUID } from "node:crypto";
import { OFFLINE_MODEL } from "./answer.ts";
import type { Completion } from "./complete.ts";
import type { StreamEvent } from "./reply.ts";
import { pieces } from "./tokens.ts";

function usage({ usage: { input, output } }: Completion) {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function head(kind: "chatcmpl" | "cmpl", object: string, created: number) {
  return {
    id: `${kind}-${randomUUID().replaceAll("-", "")}`,
    object,
    created,
    model: OFFLINE_MODEL,
    system_fingerprint: "fp_offline",
  };
}

function toolCall(call: { name: string; arguments: string }) {
  return { id: `call_${randomUUID().replaceAll("-", "").slice(0, 24)}`, type: "function", function: call };
}

/** The answer of `POST chat/completions`. `created` in epoch seconds. */
export function chatAnswer(completion: Completion, created: number) {
  const call = completion.toolCall && toolCall(completion.toolCall);
  return {
    ...head("chatcmpl", "chat.completion", created),
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: call ? null : completion.text,
          refusal: null,
          annotations: [],
          ...(call ? { tool_calls: [call] } : {}),
        },
        logprobs: null,
        finish_reason: completion.finish,
      },
    ],
    usage: usage(completion),
  };
}

/** The same as a stream of chunks; with `includeUsage` a last one without choices carries the usage. */
export function chatStream(completion: Completion, created: number, includeUsage: boolean): StreamEvent[] {
  const base = head("chatcmpl", "chat.completion.chunk", created);
  const chunk = (delta: object, finish: string | null = null): StreamEvent => ({
    data: {
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(includeUsage ? { usage: null } : {}),
    },
  });
  const body = completion.toolCall
    ? [chunk({ tool_calls: [{ index: 0, ...toolCall(completion.toolCall) }] })]
    : pieces(completion.text).map((piece) => chunk({ content: piece }));
  return [
    chunk({ role: "assistant", content: completion.toolCall ? null : "", refusal: null }),
    ...body,
    chunk({}, completion.finish),
    ...(includeUsage ? [{ data: { ...base, choices: [], usage: usage(completion) } }] : []),
  ];
}

/** The answer of the older `POST completions`. */
export function textAnswer(completion: Completion, created: number) {
  return {
    ...head("cmpl", "text_completion", created),
    choices: [{ index: 0, text: completion.text, logprobs: null, finish_reason: completion.finish }],
    usage: usage(completion),
  };
}

export function textStream(completion: Completion, created: number, includeUsage: boolean): StreamEvent[] {
  const base = head("cmpl", "text_completion", created);
  const chunk = (text: string, finish: string | null): StreamEvent => ({
    data: {
      ...base,
      choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
      ...(includeUsage ? { usage: null } : {}),
    },
  });
  return [
    ...pieces(completion.text).map((piece) => chunk(piece, null)),
    chunk("", completion.finish),
    ...(includeUsage ? [{ data: { ...base, choices: [], usage: usage(completion) } }] : []),
  ];
}
