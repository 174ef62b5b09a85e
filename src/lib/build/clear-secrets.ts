/** As their makers begin them. */
const PREFIXED = /^(?:sk|rk|whsec|xox[abp]|gh[opsu]|github_pat|glpat|hf|lsv2|pcsk|tvly)[-_][\w-]{12,}$/;
const PRIVATE_KEY = /^-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;
/** What names like these hold is a secret unless it is a plain word, or says where one lies. */
const PASSWORD_NAME = /(PASS(WORD|PHRASE)?|SECRET|CREDENTIALS?)$/i;
const REFERENCE = /^(?:arn:|\/|\$\{|\{\{)/;
const KEY_NAME = /(KEY|TOKEN)$/i;
/** A key as it is made at random: one run of letters and digits, or base64. */
const RANDOM = /^[\w+/=.-]{20,}$/;
/** Bits a character, as Shannon counts them. Names and paths have less than what was made at random. */
const MIN_ENTROPY = 3.3;

/** @returns the variables whose values are secrets by all that can be seen of them; not those that only have such a name. */
export function clearSecrets(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => isSecret(name, value))
    .map(([name]) => name);
}

function isSecret(name: string, value: string): boolean {
  if (PREFIXED.test(value) || PRIVATE_KEY.test(value) || WITH_PASSWORD.test(value)) return true;
  if (PASSWORD_NAME.test(name)) return value.length >= 8 && /[^a-z]/i.test(value) && !REFERENCE.test(value);
  if (!RANDOM.test(value) || !/\d/.test(value) || !/[a-z]/i.test(value) || REFERENCE.test(value)) return false;
  // Names of models and buckets are written in one case, with hyphens and dots.
  const isMixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && !/[./]/.test(value);
  return (KEY_NAME.test(name) || isMixed) && entropy(value) >= MIN_ENTROPY;
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
