import { join } from "node:path";

/** What a peer needs to be installed and started: benchmarks and conformance tests share them. */
export interface PeerContext {
  /** Peers are installed here, and kept for the next run. */
  cache: string;
  /** An empty folder of this run, removed after it. */
  scratch: string;
  /** A line on stderr. */
  log(line: string): void;
}

/** A peer cannot be had here. Its message ends the sentence "skipped: ...". */
export class Skipped extends Error {
  override readonly name = "Skipped";
}

/** Where peers are kept. @param root the repository. */
export const peerCache = (root: string) => join(root, "node_modules", ".cache", "peers");
