import { expect, test } from "vitest";
import { counted } from "./counted.ts";

test.each<[string, number, [string, string?]]>([
  ["0 messages", 0, ["message"]],
  ["1 message", 1, ["message"]],
  ["4,012 messages", 4012, ["message"]],
  ["1 try", 1, ["try", "tries"]],
  ["2 stay", 2, ["stays", "stay"]],
])("%s", (text, count, words) => expect(counted(count, ...words)).toBe(text));
