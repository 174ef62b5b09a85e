import type { LogFeed, LogLine } from "../../../contract/logs.ts";

type Pages = AsyncGenerator<LogLine[] | undefined>;

/** The groups' lines in the order of time, holding no more than a page of each. */
export async function* mergeGroups(groups: ReadonlyMap<string, Pages>): AsyncGenerator<LogFeed> {
  const heads = await Promise.all(
    [...groups].map(async ([group, pages]) => ({ group, pages, lines: await nextLines(pages), at: 0 })),
  );
  for (const { group, lines } of heads) if (lines === "missing") yield { type: "group-missing", group };
  for (;;) {
    let first: { line: LogLine; head: (typeof heads)[number] } | undefined;
    for (const head of heads) {
      const line = Array.isArray(head.lines) ? head.lines[head.at] : undefined;
      if (line && (!first || line.at < first.line.at)) first = { line, head };
    }
    if (!first) return;
    yield { type: "line", ...first.line };
    const { head } = first;
    head.at += 1;
    if (Array.isArray(head.lines) && head.at >= head.lines.length) {
      head.at = 0;
      head.lines = await nextLines(head.pages);
    }
  }
}

/** @returns the next page that is not empty; `missing` when there is no such group. */
async function nextLines(pages: Pages): Promise<LogLine[] | "missing" | undefined> {
  for (;;) {
    const result = await pages.next();
    if (result.done) return undefined;
    const { value } = result;
    if (value === undefined) return "missing";
    // Within a page the service orders by time; a stack that does not must not turn the merge over.
    if (value.length > 0) return value.toSorted((a, b) => a.at - b.at);
  }
}
