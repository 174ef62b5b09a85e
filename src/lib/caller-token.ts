import { UsageError } from "../contract/errors.ts";
import type { CallerToken } from "../contract/ports.ts";
import type { RunningStack, Workplace } from "./services.ts";

/** The variable that holds a token for callers who may not read the stage's own. */
export const TOKEN_VARIABLE = "AI_PIPELINE_TOKEN";

/**
 * @returns the token of the environment: the stage's, or a user's JWT. It wins over the one that lies with the stage.
 * @throws UsageError `TOKEN_INVALID` for what no header can carry; the value is not told.
 */
export function environmentToken(env: Workplace["env"]): CallerToken | undefined {
  const value = env[TOKEN_VARIABLE]?.trim();
  if (!value) return undefined;
  if (/^[\x21-\x7e]+$/.test(value)) return { value, from: TOKEN_VARIABLE };
  throw new UsageError(`The token in ${TOKEN_VARIABLE} holds characters that a token cannot have.`, {
    code: "TOKEN_INVALID",
    where: TOKEN_VARIABLE,
    hint: "A token is one word of ASCII letters, digits and signs: set it without spaces, quotes and line breaks.",
  });
}

/** @returns the token of a stack that runs in this process. */
export function tokenOf(stack: RunningStack): CallerToken {
  return { value: stack.token, from: "the local stack" };
}
