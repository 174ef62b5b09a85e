import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rig, type RigOptions } from "./test/rig.ts";
import { steps } from "./test/steps.ts";

describe.each<[string, RigOptions]>([
  ["a standard queue in memory", { fifo: false, duplicates: false, store: "memory" }],
  ["a FIFO queue in memory", { fifo: true, duplicates: false, store: "memory" }],
  ["a standard queue with duplicate deliveries", { fifo: false, duplicates: true, store: "memory" }],
  ["a standard queue on SQLite, restarted and killed", { fifo: false, duplicates: false, store: "sqlite" }],
  ["a FIFO queue on SQLite, restarted and killed", { fifo: true, duplicates: false, store: "sqlite" }],
  ["duplicate deliveries on SQLite, restarted and killed", { fifo: false, duplicates: true, store: "sqlite" }],
])("%s with a dead-letter queue and move tasks", (_what, options) => {
  it("does as the model says at every step, and has lost nothing in the end", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (actions) => {
        using rig = new Rig(options);
        for (const action of actions) await rig.run(action);
        expect(await rig.drain()).toBe(true);
      }),
      { numRuns: 120 },
    );
  });
});
