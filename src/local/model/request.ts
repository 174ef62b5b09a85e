import { isObject } from "../wire/objects.ts";
import { OpenAiError } from "./openai-error.ts";
import type { Message } from "./prompt.ts";

/** What every way of asking comes down to. */
export interface ModelRequest {
  messages: Message[];
  stream: boolean;
  includeUsage: boolean;
  maxTokens: number | undefined;
  stop: string[];
  /** A JSON Schema the answer must fit, or `object` for any JSON object. */
  json: Record<string, unknown> | "object" | undefined;
  /** A function the caller insists on. */
  tool: { name: string; parameters: Record<string, unknown> } | undefined;
}

/** @throws OpenAiError 400 when the body is not a JSON object. */
export function parseBody(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new OpenAiError(400, "We could not parse the JSON body of your request: it must be a JSON object.");
}

/** Reads `POST chat/completions`. @throws OpenAiError 400 naming the parameter. */
export function readChat(body: Record<string, unknown>): ModelRequest {
  const list = body["messages"];
  if (!Array.isArray(list)) throw missing("messages");
  if (list.length === 0)
    throw new OpenAiError(400, "Invalid 'messages': empty array. Expected an array with minimum length 1.", {
      param: "messages",
    });
  const format = isObject(body["response_format"]) ? body["response_format"] : {};
  return {
    messages: list.map((item, index) => readMessage(item, `messages[${index}]`)),
    stream: body["stream"] === true,
    includeUsage: isObject(body["stream_options"]) && body["stream_options"]["include_usage"] === true,
    maxTokens: readCount(body, "max_completion_tokens") ?? readCount(body, "max_tokens"),
    stop: readStop(body["stop"]),
    json: readFormat(format, isObject(format["json_schema"]) ? format["json_schema"]["schema"] : undefined),
    tool: readTool(body),
  };
}

/** Reads `POST completions`: one prompt. */
export function readCompletion(body: Record<string, unknown>): ModelRequest {
  const prompt: unknown =
    Array.isArray(body["prompt"]) && body["prompt"].length === 1 ? body["prompt"][0] : body["prompt"];
  if (prompt === undefined) throw missing("prompt");
  if (typeof prompt !== "string")
    throw new OpenAiError(400, "The offline model takes one prompt, a string.", { param: "prompt" });
  return {
    messages: [{ role: "user", text: prompt }],
    stream: body["stream"] === true,
    includeUsage: isObject(body["stream_options"]) && body["stream_options"]["include_usage"] === true,
    maxTokens: readCount(body, "max_tokens"),
    stop: readStop(body["stop"]),
    json: undefined,
    tool: undefined,
  };
}

/** Reads `POST responses`. */
export function readResponse(body: Record<string, unknown>): ModelRequest {
  const { input, instructions, previous_response_id: previous, tool_choice: choice } = body;
  if (input === undefined) throw missing("input");
  if (previous !== undefined && previous !== null) {
    throw new OpenAiError(400, "The offline model keeps no responses to go on from.", {
      param: "previous_response_id",
      code: "previous_response_not_found",
    });
  }
  if (choice === "required" || isObject(choice))
    throw new OpenAiError(400, "The offline model calls no tools here.", { param: "tool_choice" });
  const items: unknown[] = Array.isArray(input) ? input : [{ role: "user", content: input }];
  const messages = items
    .filter((item) => isObject(item) && "content" in item)
    .map((item, index) => readMessage(item, `input[${index}]`));
  if (messages.length === 0) throw new OpenAiError(400, "Invalid 'input': it holds no message.", { param: "input" });
  const text = isObject(body["text"]) ? body["text"] : {};
  const format = isObject(text["format"]) ? text["format"] : {};
  return {
    messages: typeof instructions === "string" ? [{ role: "system", text: instructions }, ...messages] : messages,
    stream: body["stream"] === true,
    includeUsage: true,
    maxTokens: readCount(body, "max_output_tokens"),
    stop: [],
    json: readFormat(format, format["schema"]),
    tool: undefined,
  };
}

function readMessage(item: unknown, param: string): Message {
  if (!isObject(item))
    throw new OpenAiError(400, `Invalid type for '${param}': expected an object.`, { param, code: "invalid_type" });
  const { role, content } = item;
  if (typeof role !== "string") throw missing(`${param}.role`);
  if (typeof content === "string") return { role, text: content };
  if (content === undefined || content === null) return { role, text: "" };
  if (!Array.isArray(content)) {
    throw new OpenAiError(400, `Invalid type for '${param}.content': expected a string or an array.`, {
      param: `${param}.content`,
      code: "invalid_type",
    });
  }
  const texts = content.map((part) => (isObject(part) && typeof part["text"] === "string" ? part["text"] : ""));
  return { role, text: texts.filter((text) => text !== "").join("\n") };
}

function readCount(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name];
  // LangChain sends -1 for "no limit".
  if (value === undefined || value === null || value === -1) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw new OpenAiError(400, `Invalid '${name}': expected a positive integer.`, { param: name, code: "invalid_value" });
}

function readStop(value: unknown): string[] {
  return [value].flat().filter((item): item is string => typeof item === "string" && item !== "");
}

function readFormat(format: Record<string, unknown>, schema: unknown): ModelRequest["json"] {
  if (format["type"] === "json_schema") return isObject(schema) ? schema : "object";
  return format["type"] === "json_object" ? "object" : undefined;
}

function readTool(body: Record<string, unknown>): ModelRequest["tool"] {
  const choice = body["tool_choice"];
  const functions = (Array.isArray(body["tools"]) ? body["tools"] : []).map((tool) =>
    isObject(tool) && isObject(tool["function"]) ? tool["function"] : {},
  );
  const asked = isObject(choice) && isObject(choice["function"]) ? choice["function"]["name"] : undefined;
  if (choice !== "required" && asked === undefined) return undefined;
  const chosen = asked === undefined ? functions[0] : functions.find((item) => item["name"] === asked);
  if (!chosen || typeof chosen["name"] !== "string")
    throw new OpenAiError(400, "'tool_choice' names no function of 'tools'.", { param: "tool_choice" });
  return { name: chosen["name"], parameters: isObject(chosen["parameters"]) ? chosen["parameters"] : {} };
}

function missing(param: string): OpenAiError {
  return new OpenAiError(400, `Missing required parameter: '${param}'.`, { param, code: "missing_required_parameter" });
}
