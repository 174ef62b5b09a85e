/** Quotas of Amazon SQS (API reference and developer guide, "Amazon SQS quotas"). Sizes in bytes, times in seconds. */
export const MAX_MESSAGE_BYTES = 1_048_576;
export const MAX_BATCH_ENTRIES = 10;
export const MAX_MESSAGE_ATTRIBUTES = 10;
export const MAX_VISIBILITY_SECONDS = 43_200;
export const MAX_DELAY_SECONDS = 900;
export const MAX_WAIT_SECONDS = 20;
export const MAX_RECEIVE = 10;
/** For standard queues going over is an error, for FIFO queues the receive is just empty. */
export const MAX_IN_FLIGHT = 120_000;
export const DEDUPLICATION_MS = 5 * 60_000;
export const PURGE_INTERVAL_MS = 60_000;
export const DELETED_RECENTLY_MS = 60_000;
export const MAX_MOVE_RATE = 500;
export const MAX_LISTED_TASKS = 10;
export const MAX_LISTED_QUEUES = 1000;
