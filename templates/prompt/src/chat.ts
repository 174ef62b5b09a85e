import type { WorkerContext } from "ai-pipeline/runtime";
import { chatModel } from "./model.ts";

/** Asks the model and yields its answer as it comes. */
export type Ask = (instruction: string, text: string) => AsyncIterable<string>;

/** Binds the model to one attempt: its abort signal reaches every call, and the tokens used are counted. */
export async function chat(ctx: WorkerContext): Promise<Ask> {
  const model = await chatModel();
  return async function* ask(instruction, text) {
    const stream = await model.stream(
      [
        ["system", instruction],
        ["human", text],
      ],
      { signal: ctx.signal },
    );
    let used = { model: "unknown", inputTokens: 0, outputTokens: 0 };
    for await (const chunk of stream) {
      if (chunk.text) yield chunk.text;
      const { usage_metadata: usage, response_metadata: response } = chunk;
      const name = response["model_name"] ?? response["model"] ?? response["model_id"];
      used = {
        model: typeof name === "string" ? name : used.model,
        inputTokens: used.inputTokens + (usage?.input_tokens ?? 0),
        outputTokens: used.outputTokens + (usage?.output_tokens ?? 0),
      };
    }
    ctx.usage(used);
  };
}
