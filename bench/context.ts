import { type PeerContext, Skipped } from "../scripts/peers/peer.ts";
import type { Row } from "./table.ts";

/** What every measure is given. */
export interface BenchContext extends PeerContext {
  /** The repository. */
  root: string;
  /** The package as a user gets it: packed and installed in an empty folder, which is `product/../..`. */
  product: string;
  /** Few rounds, to see that all of it works. Its figures are not written down. */
  quick: boolean;
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

/** Runs one subject's part; a peer that is not to be had becomes a row that says so. */
export async function rowsOrSkip(what: string, subject: string, measure: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await measure();
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    return [{ what, subject, value: `skipped: ${error.message}` }];
  }
}
