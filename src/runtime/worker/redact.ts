const REDACTED = "[redacted]";
/** Shorter prompts would blank out ordinary words, and so would shorter secrets in the midst of a word. */
const MIN_LENGTH = 8;
/** Shorter secrets are no secrets. From here to `MIN_LENGTH` they count where they stand alone, and are no plain word. */
const MIN_SECRET = 6;
/** Keys and tokens as model providers print them back. */
const KEY_PATTERNS = [
  /\b(?:sk|pk|rk|whsec|dev|xox[abp])[-_][A-Za-z0-9*._-]{5,}[A-Za-z0-9*_-]/g,
  /\bBearer\s+[A-Za-z0-9._~+/-]+=*/gi,
  /\bAKIA[A-Z0-9]{12,}/g,
];

/**
 * @param secrets are found as they are and as JSON, addresses and base64 write them.
 * @param prompts as they are and as JSON writes them.
 * @returns the text with every private piece replaced.
 */
export function redact(text: string, secrets: readonly string[], prompts: readonly string[] = []): string {
  // No form is shorter than what it stands for: what is longer than the text is not in it.
  const within = (piece: string) => piece.length >= MIN_LENGTH && piece.length <= text.length;
  const pieces = new Set([
    ...prompts.filter(within).flatMap((piece) => [piece, inJson(piece)]),
    ...secrets.filter(within).flatMap((piece) => [piece, inJson(piece), ...inAddress(piece), ...inBase64(piece)]),
  ]);
  let out = text;
  // A secret that begins another must not leave the other's end behind.
  for (const piece of [...pieces].toSorted((a, b) => b.length - a.length)) out = out.replaceAll(piece, REDACTED);
  for (const secret of secrets) if (isShort(secret)) out = out.replace(alone(secret), REDACTED);
  for (const pattern of KEY_PATTERNS) out = out.replace(pattern, REDACTED);
  return out;
}

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

function inAddress(text: string): string[] {
  // Half of a character pair cannot stand in an address.
  const whole = text.toWellFormed();
  return [encodeURIComponent(whole), new URLSearchParams([["", whole]]).toString().slice(1)];
}

/** Of each of the three ways in which it may lie among other bytes (`user:secret`), the characters that are its alone. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((before) => {
    const begin = Math.ceil((before * 4) / 3);
    const end = Math.floor(((before + bytes.length) * 4) / 3);
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    return [shifted.toString("base64").slice(begin, end), shifted.toString("base64url").slice(begin, end)];
  });
}

const isShort = (secret: string) =>
  secret.length >= MIN_SECRET && secret.length < MIN_LENGTH && !/^[A-Za-z]?[a-z]*$/.test(secret);

const alone = (secret: string) =>
  new RegExp(`(?<![A-Za-z0-9])${secret.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&")}(?![A-Za-z0-9])`, "g");
