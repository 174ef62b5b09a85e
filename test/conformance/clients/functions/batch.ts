import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";

const processor = new BatchProcessor(EventType.SQS);

type Event = Parameters<typeof processPartialResponse>[0];
type Context = NonNullable<Parameters<typeof processPartialResponse>[3]>["context"];

/** Handles every message but those that say `bad`, and reports these. */
export const handler = (event: Event, context: Context) =>
  processPartialResponse(
    event,
    async (record: { body: string }) => {
      if (record.body === "bad") throw new Error("It cannot be handled.");
    },
    processor,
    { context, throwOnFullBatchFailure: false },
  );
