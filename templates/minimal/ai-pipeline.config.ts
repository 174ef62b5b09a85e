import { defineConfig } from "ai-pipeline";

export default defineConfig({
  app: "my-app",
  worker: {
    // Seconds. The visibility timeout follows: 6 x 50 = 300, as AWS advises for Lambda and SQS.
    timeout: 50,
    // How many tasks call the model at once.
    maxConcurrency: 5,
  },
  queue: { maxAttempts: 3 },
});
