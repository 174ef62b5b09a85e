import type { Call } from "../call.ts";
import type { Input } from "../input.ts";
import { page } from "../page.ts";
import { queueOf } from "../queue-url.ts";

export function listDeadLetterSourceQueues(input: Input, { engine, urlOf }: Call) {
  const sources = engine.sourcesOf(queueOf(engine, input));
  const { names, nextToken } = page(
    input,
    sources.map(({ name }) => name),
  );
  // The one member of the API that starts with a small letter.
  return { queueUrls: names.map(urlOf), ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
}
