import { execFileSync } from "node:child_process";

/** Every process of this machine by its id, with its parent's. */
function parents(): Map<number, number> {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  return new Map(rows.map((row) => row.trim().split(/\s+/).map(Number)).map(([pid = 0, parent = 0]) => [pid, parent]));
}

/** Watches what a process starts, itself and through others, for as long as it lives. */
export function watchDescendants(pid: number): { seen(): number[]; alive(): number[]; stop(): void } {
  const known = new Set([pid]);
  const look = () => {
    const all = parents();
    // A grandchild may stand before its parent in the list.
    for (let grown = -1; grown !== known.size;) {
      grown = known.size;
      for (const [child, parent] of all) if (known.has(parent)) known.add(child);
    }
    return all;
  };
  look();
  const timer = setInterval(look, 50);
  return {
    seen: () => [...known].filter((one) => one !== pid),
    alive() {
      const all = look();
      return [...known].filter((one) => one !== pid && all.has(one));
    },
    stop: () => clearInterval(timer),
  };
}
