import type { Cell } from "./terminal.ts";

/** Tokens and webhook secrets of the local stack, by their prefix. */
const SECRET = /\b(dev_|whsec_)[\w+/=-]{8,}/g;

/**
 * Puts an x for each character of a secret. They are of a stack that is gone, but a repository with what looks like secrets
 * alarms those who scan it. A secret may run over the end of a row into the next.
 */
export function maskSecrets(rows: Cell[][]): Cell[][] {
  const text = rows.flat().map((cell) => (cell.text.length === 1 ? cell.text : " "));
  const masked = text.join("").replace(SECRET, (secret, prefix: string) => prefix.padEnd(secret.length, "x"));
  let position = 0;
  return rows.map((row) =>
    row.map((cell) => {
      const shown = masked[position] ?? "";
      const isMasked = shown !== text[position];
      position += 1;
      return isMasked ? { ...cell, text: shown } : cell;
    }),
  );
}
