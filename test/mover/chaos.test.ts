import { afterAll, beforeAll } from "vitest";
import { ManualClock } from "../helpers/sqs-clock.ts";
import { type SqsStack, startSqs } from "../helpers/sqs.ts";
import { moverChaos } from "./chaos.ts";

let stack: SqsStack;
// The server's time runs as ours does, a day behind, and jumps when a lease is to end.
const clock = new ManualClock(Date.now() - 86_400_000);
let ticking: NodeJS.Timeout;
let moving = Promise.resolve();
/** One after the other: time does not go back. */
const advance = (ms: number) => (moving = moving.then(() => clock.advance(ms)));
beforeAll(async () => {
  ticking = setInterval(() => void advance(20), 20);
  stack = await startSqs({ clock });
});
afterAll(async () => {
  clearInterval(ticking);
  await stack.close();
});

moverChaos(() => ({
  client: stack.client,
  endpoint: stack.endpoint,
  leaseDivisor: 1,
  endLeases: () => advance(130_000),
}));
