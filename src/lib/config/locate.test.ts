import { expect, test } from "vitest";
import { locateSetting } from "./locate.ts";

const SOURCE = `import { defineConfig } from "ai-pipeline";

const timeout = 3;
export default defineConfig({
  app: "timeout",
  worker: { entry: "src/queue.ts", timeout },
  queue: {
    "maxAttempts": 3,
    backoff: { base: 5 },
  },
});
`;

test.each<[string[], string | undefined]>([
  [["app"], "5:3"],
  [["worker", "timeout"], "6:36"],
  [["queue"], "7:3"],
  [["queue", "maxAttempts"], "8:5"],
  [["queue", "backoff", "base"], "9:16"],
  [["queue", "retention"], undefined],
  [[], undefined],
])("%j stands at %s", (path, place) => {
  const found = locateSetting(SOURCE, path);
  expect(found && `${found.line}:${found.column}`).toBe(place);
});
