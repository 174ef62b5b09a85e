import { defineWorker, type WorkerContext } from "ai-pipeline/runtime";
import * as z from "zod";
import { documentText } from "./document.ts";
import { type Ask, chat } from "./chat.ts";
import { split } from "./split.ts";

/** Characters of one model call: about 6,000 tokens, small enough for every model that is supported. */
const PART = 24_000;
/** Parts summarised at once within one task; the tasks at once are the event source mapping's business. */
const AT_ONCE = 3;

export const handler = defineWorker({
  input: z.object({ words: z.number().int().min(30).max(2000).default(200) }).prefault({}),

  async run(task, ctx) {
    const document = await ctx.document();
    const ask = await chat(ctx);
    const length = `Answer in at most ${task.input.words} words, in Markdown.`;
    // Without a document the prompt is all there is: a question, or the very text to summarise.
    if (!document) return ctx.stream(ask(length, task.prompt));
    const parts = split(await documentText(document.name, await document.bytes()), PART);
    await ctx.progress(`read ${document.name}`, { data: { parts: parts.length } });

    const text = parts.length === 1 ? String(parts[0]) : await mapParts(parts, ask, ctx);
    return ctx.stream(ask(`${task.prompt}\n${length}`, text));
  },
});

/** Summarises each part; long documents take several rounds until what is left fits one call. */
async function mapParts(parts: string[], ask: Ask, ctx: WorkerContext): Promise<string> {
  const summaries: string[] = [];
  let done = 0;
  const queue = parts.entries();
  const lane = async () => {
    for (const [index, part] of queue) {
      summaries[index] = await whole(
        ask("Summarise this part of a longer document. Keep names, figures and dates.", part),
      );
      done += 1;
      await ctx.progress(`summarised ${done} of ${parts.length} parts`, {
        percent: Math.round((100 * done) / (parts.length + 1)),
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const joined = summaries.join("\n\n");
  const again = split(joined, PART);
  return again.length === 1 || again.length >= parts.length ? joined.slice(0, PART) : mapParts(again, ask, ctx);
}

async function whole(stream: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const delta of stream) text += delta;
  return text;
}
