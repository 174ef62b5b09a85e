import { createHash } from "node:crypto";
import { defineWorker, PermanentError } from "../../../src/runtime/index.ts";

/** A worker that uses everything: progress, tokens, a document, a result that goes to the bucket. */
const handler = defineWorker({
  async run(task, ctx) {
    if (task.prompt === "fail") throw new PermanentError("This can never succeed.");
    const document = await ctx.document();
    await ctx.progress("read", { percent: 50 });
    const text = await ctx.stream(
      (async function* () {
        for (let word = 0; word < 40; word++) {
          if (word % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          yield `word ${word} `;
        }
      })(),
    );
    ctx.usage({ model: "offline", inputTokens: 1, outputTokens: 1 });
    const hash = createHash("sha256")
      .update((await document?.bytes()) ?? "")
      .digest("hex");
    return { text, hash, large: "x".repeat(300 * 1024) };
  },
});

/** One invocation: the record in WORKER_RECORD, the answer on the last line of stdout. */
const endsAt = performance.now() + Number(process.env["WORKER_TIMEOUT_MS"]);
const context = {
  awsRequestId: process.env["WORKER_REQUEST_ID"] ?? "",
  getRemainingTimeInMillis: () => Math.max(0, endsAt - performance.now()),
};
const answer = await handler({ Records: [JSON.parse(process.env["WORKER_RECORD"] ?? "")] }, context);
process.stdout.write(`\n${JSON.stringify(answer)}`);
