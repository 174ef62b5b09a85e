import { resolveConfig } from "../../../src/lib/config/resolve.ts";

/** A stage at work on some server, and what a test needs to reach it. */
export interface PipelineSubject {
  /** Of the server's AWS services. */
  endpoint: string;
  /** Of the HTTP API and the WebSocket API. */
  url: string;
  socketUrl: string;
  token: string;
  webhookSecret: string;
  queueUrl: string;
  deadLetterQueueUrl: string;
  bucket: string;
  /** Calls the reconciler, as its schedule does once a minute. */
  reconcile(): Promise<void>;
  /** Faults of the model that the worker calls. */
  faults: { set(spec: string): void; clear(): void };
  close(): Promise<void>;
}

/** One configuration for all, with short times: three attempts take a few seconds, and a model that hangs does too. */
export const CONFIG = resolveConfig(
  {
    app: "conformance",
    worker: { timeout: 5, memory: 256 },
    queue: { maxAttempts: 3, backoff: { base: 1, max: 1 } },
  },
  "local",
);

export const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };
