import { SQSClient } from "@aws-sdk/client-sqs";
import { systemClock } from "../../src/contract/clock.ts";
import { createJournal, findJournal, resumeJournal } from "../../src/lib/mover/journal.ts";
import { moveMessages } from "../../src/lib/mover/mover.ts";
import type { QueuePort } from "../../src/contract/queue.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { queuePortOf } from "../helpers/queue-port.ts";

/*
 * One run of the mover in a process of its own, to be killed: node child.ts ENDPOINT SOURCE DESTINATION JOURNAL CONCURRENCY
 * LEASE_DIVISOR.
 * Prints a line for each progress, and the last counts as JSON.
 */

const [endpoint = "", source = "", destination = "", path = "", concurrency = "10", divisor = "1"] =
  process.argv.slice(2);
const SPEED = 60;
const client = new SQSClient(clientSettings(endpoint));
const port = queuePortOf(client);
/** On a server whose time cannot be moved, leases are as much shorter as this process's own waits are. */
const shorter = (seconds: number) => Math.ceil(seconds / Number(divisor));
const queue: QueuePort = {
  ...port,
  lease: (url, options) => port.lease(url, { ...options, seconds: shorter(options.seconds) }),
  extend: (url, leases, seconds) => port.extend(url, leases, shorter(seconds)),
};
const journal = (await findJournal(path))
  ? await resumeJournal(path)
  : await createJournal(path, { source, destination, startedAt: new Date() });
const began = Date.now();
const moving = moveMessages({
  source,
  destination,
  fifo: destination.endsWith(".fifo"),
  concurrency: Number(concurrency),
  queue,
  journal,
  // Waits for leases of a killed run last seconds here.
  clock: {
    now: () => began + (Date.now() - began) * SPEED,
    sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
  },
  random: Math.random,
  signal: new AbortController().signal,
});
let last;
for await (const counts of moving) {
  last = counts;
  process.stdout.write(`moved ${counts.moved}\n`);
}
process.stdout.write(`${JSON.stringify(last)}\n`);
if (last?.undeleted === 0) await journal.remove();
else await journal.close();
process.exit();
