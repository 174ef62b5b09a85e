import { defineConfig } from "ai-pipeline";

export default defineConfig({
  app: "my-app",
  worker: {
    // A long document takes several model calls. Seconds; the visibility timeout is 6 times this.
    timeout: 300,
    maxConcurrency: 5,
  },
  queue: { maxAttempts: 3 },
  documents: {
    // The stage's own bucket is always allowed; name others that a task may refer to.
    buckets: [],
  },
});
