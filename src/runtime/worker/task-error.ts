import type { TaskError } from "../../contract/event.ts";
import { fingerprint } from "../../contract/fingerprint.ts";
import type { ErrorFacts } from "./classify.ts";
import { redact } from "./redact.ts";

const MAX_MESSAGE = 1_000;
const MAX_NAME = 200;

/** @returns the error as records, events and logs keep it: without the secrets, the prompt, keys or tokens in any text. */
export function toTaskError(facts: ErrorFacts, secrets: readonly string[], prompt: string): TaskError {
  const clean = (text: string) => redact(text, secrets, [prompt]);
  const { status, permanent } = facts;
  const error = {
    name: clean(facts.name).slice(0, MAX_NAME),
    message: clean(facts.message).slice(0, MAX_MESSAGE),
    ...(status === undefined ? {} : { status }),
    ...(facts.code === undefined ? {} : { code: clean(facts.code) }),
  };
  return { ...error, fingerprint: fingerprint(error), permanent };
}
