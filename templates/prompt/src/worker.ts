import { defineWorker } from "ai-pipeline/runtime";
import { chat } from "./chat.ts";

export const handler = defineWorker({
  /** Streams the model's answer to whoever follows the task; what it returns is stored as the result. */
  async run(task, ctx) {
    const ask = await chat(ctx);
    return ctx.stream(ask("Answer clearly and briefly, in Markdown.", task.prompt));
  },
});
