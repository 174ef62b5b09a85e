import type { Call } from "../call.ts";
import { purgeInProgress } from "../errors.ts";
import type { Input } from "../input.ts";
import { PURGE_INTERVAL_MS } from "../limits.ts";
import { queueOf } from "../queue-url.ts";

export function purgeQueue(input: Input, { engine }: Call): void {
  const queue = queueOf(engine, input);
  const now = engine.now();
  if (now - queue.purgedAt < PURGE_INTERVAL_MS) throw purgeInProgress(queue.name);
  queue.purgedAt = now;
  queue.clear();
}
