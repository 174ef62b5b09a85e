import { thousands } from "./thousands.ts";

/** @returns a number with the word that goes with it: `1 message`, `4,012 messages`, `1 stays`, `2 stay`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : many}`;
}
