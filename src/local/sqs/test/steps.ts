import fc from "fast-check";
import type { Place } from "./model.ts";

export type Step =
  | { do: "send"; group: number; delay: number; dedup: number | undefined }
  | { do: "receive"; place: Place; max: number; visibility: number }
  | { do: "delete"; pick: number }
  | { do: "change"; pick: number; seconds: number }
  | { do: "wait"; ms: number }
  | { do: "redrive"; rate: number | undefined }
  | { do: "purge"; place: Place }
  | { do: "restart"; killed: boolean };

const place = fc.constantFrom<Place[]>("queue", "queue", "queue", "dead");

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("send"),
      group: fc.nat(2),
      delay: fc.constantFrom(0, 0, 1, 3),
      // Few, so that they meet again; each of the others is its own.
      dedup: fc.constantFrom(undefined, undefined, 1, 2),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("receive"),
      place,
      max: fc.constantFrom(1, 2, 10, 10),
      visibility: fc.constantFrom(0, 0, 1, 2, 5),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("delete"), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("change"), pick: fc.nat(), seconds: fc.constantFrom(0, 0, 1, 5, 9) }),
  },
  {
    weight: 8,
    // The last are around the window of deduplication and the end of retention, to the millisecond.
    arbitrary: fc.record({
      do: fc.constant("wait"),
      ms: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(1, 1000, 299_999, 300_000, 599_999)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("redrive"), rate: fc.constantFrom(undefined, 1, 500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("purge"), place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("restart"), killed: fc.boolean() }) },
);

export const steps = fc.array(step, { minLength: 1, maxLength: 120, size: "max" });
