import type { BaseChatModel } from "@langchain/core/language_models/chat_models";

/**
 * The chat model that the environment names: MODEL_PROVIDER, or else whichever key is set. On the embedded stack, with no
 * key at all, the OpenAI client reaches the offline model by OPENAI_BASE_URL.
 *
 * No client retries: the queue does, and retries inside retries would turn 3 attempts into 21 calls.
 */
export async function chatModel(env: NodeJS.ProcessEnv = process.env): Promise<BaseChatModel> {
  const provider =
    env["MODEL_PROVIDER"] ?? (env["ANTHROPIC_API_KEY"] && !env["OPENAI_API_KEY"] ? "anthropic" : "openai");
  switch (provider) {
    case "openai": {
      const { ChatOpenAI } = await import("@langchain/openai");
      return new ChatOpenAI({
        model: env["OPENAI_MODEL"] ?? "gpt-5-mini",
        maxRetries: 0,
        streamUsage: true,
        ...(env["OPENAI_BASE_URL"] ? { configuration: { baseURL: env["OPENAI_BASE_URL"] } } : {}),
      });
    }
    case "anthropic": {
      const { ChatAnthropic } = await import("@langchain/anthropic");
      return new ChatAnthropic({ model: env["ANTHROPIC_MODEL"] ?? "claude-haiku-4-5", maxRetries: 0 });
    }
    case "bedrock": {
      const { ChatBedrockConverse } = await import("@langchain/aws");
      return new ChatBedrockConverse({ model: env["BEDROCK_MODEL"] ?? "amazon.nova-lite-v1:0", maxRetries: 0 });
    }
    case "ollama": {
      const { ChatOllama } = await import("@langchain/ollama");
      return new ChatOllama({
        model: env["OLLAMA_MODEL"] ?? "llama3.2",
        baseUrl: env["OLLAMA_BASE_URL"] ?? "http://127.0.0.1:11434",
        maxRetries: 0,
      });
    }
    default:
      throw new Error(`MODEL_PROVIDER is "${provider}": use openai, anthropic, bedrock or ollama.`);
  }
}
