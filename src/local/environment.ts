import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** Variables that choose and unlock a model; the only ones a worker inherits from the shell that runs `dev`. */
export const MODEL_VARIABLES = [
  "MODEL_PROVIDER",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "OPENAI_MODEL",
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_BASE_URL",
  "ANTHROPIC_MODEL",
  "BEDROCK_MODEL",
  "OLLAMA_BASE_URL",
  "OLLAMA_MODEL",
] as const;

export interface ModelEnvironment {
  /** What the functions get. */
  environment: Record<string, string>;
  /** True when nothing names a real model, so that the stack's own answers. */
  offline: boolean;
}

/**
 * Joins the project's `.env` with the shell's model variables (the shell wins, as in other tools) and falls back to the
 * stack's OpenAI-compatible endpoint, so that a template needs no code for it.
 *
 * @param modelUrl base URL of the offline model.
 */
export function modelEnvironment(
  projectDir: string,
  shell: Record<string, string | undefined>,
  modelUrl: string,
): ModelEnvironment {
  const environment: Record<string, string> = {};
  const file = join(projectDir, ".env");
  if (existsSync(file)) {
    for (const [name, value] of Object.entries(parseEnv(readFileSync(file, "utf8")))) {
      if (value) environment[name] = value;
    }
  }
  for (const name of MODEL_VARIABLES) {
    const value = shell[name];
    if (value) environment[name] = value;
  }
  const chosen = [
    "MODEL_PROVIDER",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "ANTHROPIC_API_KEY",
    "BEDROCK_MODEL",
    "OLLAMA_MODEL",
  ];
  const offline = !chosen.some((name) => environment[name]);
  if (!offline) return { environment, offline };
  return {
    environment: { ...environment, OPENAI_BASE_URL: modelUrl, OPENAI_API_KEY: "offline", OPENAI_MODEL: "offline" },
    offline,
  };
}
