import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { readFileSync } from "node:fs";
import type { BenchContext } from "../context.ts";
import { createNoopFunction } from "../noop-function.ts";
import { makeProject, startDev } from "../peers/ours.ts";

/** Sent before the next are: the queue stays short, as it is where workers keep up. */
const WAVE = 1000;

/** @returns memory of `dev` (RSS, MB; its children not counted) each time a tenth of the messages went through a function. */
export async function memoryOverMessages(context: BenchContext, messages: number): Promise<number[]> {
  const dev = await startDev(context, await makeProject(context));
  const noop = await createNoopFunction(context, dev.endpoint);
  try {
    const readings: number[] = [];
    for (let sent = 0; sent < messages;) {
      for (const until = sent + WAVE; sent < until; sent += 10) {
        const Entries = Array.from({ length: 10 }, (_, index) => ({
          Id: String(index),
          MessageBody: `message-${sent + index}`,
        }));
        await noop.sqs.send(new SendMessageBatchCommand({ QueueUrl: noop.queueUrl, Entries }));
      }
      await noop.log.waitFor(sent);
      if (sent % (messages / 10) === 0) readings.push(megabytes(dev.pid));
    }
    return readings;
  } finally {
    noop.destroy();
    await dev.close();
  }
}

function megabytes(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}
