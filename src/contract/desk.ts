import type { DeadLetter, DeadLetterShown, LetterGroup, QueueShown, ScanProgress } from "./operations/dlq.ts";
import type { StageShown } from "./operations/shared.ts";

/* The screen of dead letters: it chooses, and each of its actions is a command. */

/** All letters that there are to choose from. */
export interface DeskLoaded {
  type: "loaded";
  letters: DeadLetter[];
  /** The largest first. */
  groups: LetterGroup[];
  /** Messages in the queue, as the service counts them. */
  about: number;
}

/** What the screen works with. */
export interface Desk {
  place: StageShown | QueueShown;
  /** What commands begin with. */
  program: string;
  /** @returns the rest of a command, as a shell takes it. */
  line(argv: readonly string[]): string;
  /** Words that name the same letters again. */
  flags: string[];
  load(): AsyncIterable<ScanProgress | DeskLoaded>;
  detail(letter: DeadLetter): Promise<DeadLetterShown>;
}

/** Where the user stood when the screen was left for an action. */
export interface DeskMemory {
  /** Fingerprint; absent: all causes. */
  group?: string;
  letter?: string;
  marked: string[];
  filter: string;
  focus: number;
}

/** What the user wants done. */
export interface DeskIntent {
  /** The command's words, without what it begins with. */
  argv: string[];
  memory: DeskMemory;
}
