import { afterAll, beforeAll, beforeEach } from "vitest";
import { type Folder, makeFolder } from "../cli/harness.ts";
import { type SqsStack, startSqs } from "../helpers/sqs.ts";
import { createPair } from "./queues.ts";

/** Where a file's tests are: an endpoint and a folder for all of them, and for each a new queue with its dead letters. */
export interface QueuePairs extends Awaited<ReturnType<typeof createPair>> {
  stack: SqsStack;
  folder: Folder;
  /** A number that no name of the file has had. */
  next(): number;
}

/** Makes them before the tests of the file that calls it. @param name what the queues' names begin with. */
export function queuePairs(name: string): QueuePairs {
  let count = 0;
  // The rest is there before any test reads it.
  const at = { next: () => count++ } as QueuePairs;
  beforeAll(async () => {
    at.stack = await startSqs();
    at.folder = await makeFolder();
  });
  afterAll(async () => {
    await at.stack.close();
    await at.folder[Symbol.asyncDispose]();
  });
  beforeEach(async () => void Object.assign(at, await createPair(at.stack.client, `${name}${at.next()}`)));
  return at;
}
