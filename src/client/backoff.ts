/**
 * Exponential with full jitter. The first wait is none: most breaks are a moment's.
 * @param failures in a row, 1 or more.
 * @returns milliseconds.
 */
export function reconnectDelay(failures: number, base: number, max: number, random: () => number): number {
  if (failures <= 1) return 0;
  return random() * Math.min(max, base * 2 ** Math.min(failures - 2, 30));
}

/** Half fixed, half jitter: polls of many clients spread out, yet none comes at once. */
export function pollDelay(round: number, base: number, max: number, random: () => number): number {
  const full = Math.min(max, base * 2 ** Math.min(round, 30));
  return full / 2 + (random() * full) / 2;
}
