import type { TaskError } from "../../contract/event.ts";
import { fingerprint } from "../../contract/fingerprint.ts";
import type { ErrorFacts } from "./classify.ts";

const MAX_MESSAGE = 1_000;
/** Shorter secrets and prompts would blank out ordinary words. */
const MIN_PRIVATE = 8;
/** Keys and tokens as model providers print them back. */
const KEY_PATTERNS = [
  /\b(?:sk|pk|rk|whsec|dev|xox[abp])[-_][A-Za-z0-9*._-]{5,}[A-Za-z0-9*_-]/g,
  /\bBearer\s+[A-Za-z0-9._~+/-]+=*/gi,
  /\bAKIA[A-Z0-9]{12,}/g,
];

/** @returns the error as records and events keep it: without the texts in `secret`, keys or tokens. */
export function toTaskError(facts: ErrorFacts, secret: readonly string[]): TaskError {
  const message = redact(facts.message, secret).slice(0, MAX_MESSAGE);
  const { name, status, code, permanent } = facts;
  return {
    name,
    message,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    fingerprint: fingerprint({ ...facts, message }),
    permanent,
  };
}

/** @returns the text with every private piece replaced. */
export function redact(text: string, secret: readonly string[]): string {
  let out = text;
  for (const piece of secret) if (piece.length >= MIN_PRIVATE) out = out.replaceAll(piece, "[redacted]");
  for (const pattern of KEY_PATTERNS) out = out.replace(pattern, "[redacted]");
  return out;
}
