import { expect } from "vitest";
import type { QueueCases } from "./index.ts";

export const messages: QueueCases = {
  "a message is sent, received, and deleted by its receipt handle": async ({ create }) => {
    const queue = await create();
    const sent = await queue.send("hello");
    const message = await queue.receiveOne();
    expect(message).toMatchObject({ MessageId: sent.MessageId, Body: "hello", MD5OfBody: sent.MD5OfMessageBody });
    expect(await queue.counts()).toEqual([0, 1, 0]);
    await queue.remove(message);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  },
};
