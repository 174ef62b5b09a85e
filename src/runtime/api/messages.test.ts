import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_SOCKET_MESSAGE_BYTES } from "../../contract/socket.ts";
import { fitEvent, textMessages } from "./messages.ts";

const AT = { v: 1 as const, taskId: "task-0001", seq: 3, at: "2026-01-01T00:00:00.000Z", generation: 1, attempt: 1 };

test("an event over the socket's limit loses what can be read elsewhere", () => {
  const big = "x".repeat(MAX_SOCKET_MESSAGE_BYTES);
  const completed = fitEvent({ ...AT, type: "completed", durationMs: 1, usage: [], result: big });
  expect(completed).toMatchObject({ type: "completed", resultRef: "record" });
  expect(completed).not.toHaveProperty("result");
  expect(fitEvent({ ...AT, type: "progress", message: "half", data: big })).toEqual({ ...AT, type: "progress", message: "half" });
  expect(fitEvent({ ...AT, type: "accepted" })).toEqual({ ...AT, type: "accepted" });
});

test("a text is cut into messages that fit and join to the same text", () => {
  const units = fc.constantFrom("a", "é", "漢", "😀", "\u0000", '"');
  fc.assert(
    fc.property(fc.array(fc.tuple(units, fc.integer({ min: 1, max: 9_000 })), { maxLength: 8 }), (parts) => {
      const delta = parts.map(([unit, count]) => unit.repeat(count)).join("");
      let joined = "";
      for (const message of textMessages({ type: "token", taskId: "task-0001", generation: 1, attempt: 1, offset: 0, delta })) {
        expect(message.offset).toBe(joined.length);
        expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(MAX_SOCKET_MESSAGE_BYTES);
        expect(message.delta.isWellFormed()).toBe(true);
        joined += message.delta;
      }
      expect(joined).toBe(delta);
    }),
    { numRuns: 50 },
  );
});
