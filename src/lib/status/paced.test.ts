import { expect, test } from "vitest";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";
import { paced } from "./paced.ts";

test("a reading rests for three times as long as it took, and is shared meanwhile", async () => {
  const clock = new ManualClock();
  let reads = 0;
  const read = paced(
    async (input: string) => {
      reads += 1;
      await clock.sleep(100);
      return `${input} ${reads}`;
    },
    clock,
    0,
  );
  const both = Promise.all([read("a"), read("b")]);
  await clock.advance(100);
  expect(await both).toEqual(["a 1", "a 1"]);
  await clock.advance(299);
  expect(await read("c")).toBe("a 1");
  await clock.advance(1);
  const next = read("d");
  await clock.advance(100);
  expect(await next).toBe("d 2");
});

test("it rests for the least time, also after a failure", async () => {
  const clock = new ManualClock();
  let reads = 0;
  const read = paced(
    async () => {
      reads += 1;
      throw new Error(`failure ${reads}`);
    },
    clock,
    30_000,
  );
  await expect(read(undefined)).rejects.toThrow("failure 1");
  await clock.advance(29_999);
  await expect(read(undefined)).rejects.toThrow("failure 1");
  await clock.advance(1);
  await expect(read(undefined)).rejects.toThrow("failure 2");
});
