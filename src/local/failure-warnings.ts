import type { Clock } from "../contract/clock.ts";
import type { StackEvent } from "./context.ts";

const QUIET_MS = 30_000;
const SQLITE_FULL = 13;
const SQLITE_READONLY = 8;

/**
 * @returns tells of what the stack failed to do. A disk that fails every request has one cause and is told of once;
 * again after half a minute, should it last.
 */
export function createFailureWarnings(
  clock: Clock,
  stateDir: string | undefined,
  emit: (event: StackEvent) => void,
): (what: string, error: unknown) => void {
  const toldAt = new Map<string, number>();
  return (what, error) => {
    const cause = causeOf(error, stateDir);
    const key = cause.ofDisk ? cause.text : `${what}: ${cause.text}`;
    const at = clock.now();
    if (at - (toldAt.get(key) ?? -Infinity) < QUIET_MS) return;
    toldAt.set(key, at);
    emit({ type: "warning", at, message: `${what}: ${cause.text}` });
  };
}

function causeOf(error: unknown, stateDir: string | undefined): { text: string; ofDisk: boolean } {
  const place = stateDir === undefined ? "" : ` that holds ${stateDir}`;
  if (isSystem(error, "ENOSPC", SQLITE_FULL))
    return {
      text: `the disk${place} is full. Free some space: what was accepted is kept, and the stack goes on by itself.`,
      ofDisk: true,
    };
  if (isSystem(error, "EROFS", SQLITE_READONLY) || isSystem(error, "EACCES"))
    return { text: `the folder${place} cannot be written. Give it back its permissions.`, ofDisk: true };
  return { text: error instanceof Error ? error.message : String(error), ofDisk: false };
}

function isSystem(error: unknown, code: string, sqlite?: number): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && error.code === code) return true;
  // Extended result codes keep the primary one in their low byte.
  return sqlite !== undefined && "errcode" in error && (Number(error.errcode) & 0xff) === sqlite;
}
