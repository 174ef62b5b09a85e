import { createHash } from "node:crypto";
import type { LogLine } from "../../../contract/logs.ts";

interface Entry {
  at: number;
  /** Ids under which polls have shown such a line. */
  ids: Set<string>;
  /** How often a live tail has. */
  live: number;
  told: number;
}

/**
 * What a follow has told. The same line comes from polls, which name its event, and from a live tail, which does not; and
 * a function may write the same text twice in a millisecond. So equal lines are counted: there are as many as the way
 * that saw more of them saw.
 */
export class Seen {
  readonly #entries = new Map<string, Entry>();

  /** @returns whether a line of a poll is new. */
  poll(line: LogLine): boolean {
    const entry = this.#entry(keyOf(line), line.at);
    entry.ids.add(line.id);
    return this.#tell(entry, entry.ids.size);
  }

  /** @returns the line with an id when it is new; undefined when a poll has told it. */
  live(line: Omit<LogLine, "id">): LogLine | undefined {
    const key = keyOf(line);
    const entry = this.#entry(key, line.at);
    entry.live += 1;
    return this.#tell(entry, entry.live) ? { id: `${key}-${entry.told}`, ...line } : undefined;
  }

  /** Forgets what is older than `at`: no poll will show it again. */
  forget(at: number): void {
    for (const [key, entry] of this.#entries) if (entry.at < at) this.#entries.delete(key);
  }

  #entry(key: string, at: number): Entry {
    let entry = this.#entries.get(key);
    if (!entry) this.#entries.set(key, (entry = { at, ids: new Set(), live: 0, told: 0 }));
    return entry;
  }

  #tell(entry: Entry, count: number): boolean {
    if (count <= entry.told) return false;
    entry.told = count;
    return true;
  }
}

function keyOf({ group, stream, at, message }: Omit<LogLine, "id">): string {
  // Whether the newline at a line's end is kept is not the same for all ways.
  const text = message.replace(/\n$/, "");
  return createHash("sha1").update(`${group}\n${stream}\n${at}\n${text}`).digest("base64url");
}
