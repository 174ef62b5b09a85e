import type { Row } from "./table.ts";

/** What every measure is given. */
export interface BenchContext {
  /** The repository. */
  root: string;
  /** The package as a user gets it: packed and installed in an empty folder, which is `product/../..`. */
  product: string;
  /** Peers are installed here, and kept for the next run. */
  cache: string;
  /** An empty folder of this run, removed after it. */
  scratch: string;
  /** Few rounds, to see that all of it works. Its figures are not written down. */
  quick: boolean;
  /** A line on stderr. */
  log(line: string): void;
}

/** One part of docs/benchmarks.md. */
export interface Section {
  title: string;
  /** How it was measured, in a sentence or two. */
  method: string;
  rows: Row[];
}

export interface Measure {
  /** As `--only` names it. */
  name: string;
  run(context: BenchContext): Promise<Section>;
}

/** A peer cannot be had here. Its message ends the sentence "skipped: ...". */
export class Skipped extends Error {
  override readonly name = "Skipped";
}

/** Runs one subject's part; a peer that is not to be had becomes a row that says so. */
export async function rowsOrSkip(what: string, subject: string, measure: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await measure();
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    return [{ what, subject, value: `skipped: ${error.message}` }];
  }
}
