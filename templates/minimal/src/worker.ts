import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  /** Streams the model's answer to whoever follows the task; what it returns is stored as the result. */
  async run(task, ctx) {
    return ctx.stream(ctx.model.stream([{ role: "user", content: task.prompt }]));
  },
});
