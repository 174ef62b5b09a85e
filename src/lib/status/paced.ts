import type { Clock } from "../../contract/clock.ts";

/** A reading takes a quarter of the time at most, however often it is asked for. */
const REST = 3;

/**
 * Makes a reading that takes long, or costs something, fit for being asked for again and again: what it brought is given
 * again until it has rested for three times as long as it took, and for `leastMs`.
 */
export function paced<Input, T>(
  read: (input: Input) => Promise<T>,
  clock: Clock,
  leastMs: number,
): (input: Input) => Promise<T> {
  let last: { value: Promise<T>; restsUntil: number } | undefined;
  return (input) => {
    if (last && clock.now() < last.restsUntil) return last.value;
    const began = clock.now();
    const reading = { value: read(input), restsUntil: Infinity };
    last = reading;
    const rest = () => {
      const ended = clock.now();
      reading.restsUntil = ended + Math.max(leastMs, (ended - began) * REST);
    };
    // What failed is tried again as soon as what succeeded would be: a refusal costs, too.
    reading.value.then(rest, rest);
    return reading.value;
  };
}
