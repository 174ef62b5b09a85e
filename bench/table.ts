/** One line of a table in docs/benchmarks.md. */
export interface Row {
  what: string;
  /** Who was measured. */
  subject: string;
  /** With unit and spread. */
  value: string;
  /** The design's target, where it has one for us. */
  target?: string;
  /** Whether the target was met; absent for peers. */
  met?: boolean;
}

/** @returns a Markdown table; a miss is named a miss. */
export function markdownTable(rows: Row[]): string {
  const lines = rows.map(({ what, subject, value, target, met }) => {
    const verdict = met === undefined ? "" : met ? "met" : "**missed**";
    return `| ${what} | ${subject} | ${value} | ${target ?? ""} | ${verdict} |`;
  });
  return ["| what | who | measured | target | |", "| --- | --- | --- | --- | --- |", ...lines].join("\n");
}
