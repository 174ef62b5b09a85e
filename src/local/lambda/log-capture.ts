/** One line of a function's output. */
export interface LogLine {
  timestamp: number;
  message: string;
}

export interface LogCapture {
  /** A raw stream of lines (stdout, stderr). */
  lines(): (chunk: Buffer) => void;
  /** The stream of framed records that the bootstrap writes to fd 3. */
  frames(): (chunk: Buffer) => void;
  /** A line of the platform's own; never dropped. */
  platform(message: string): void;
  /** Begins a new budget: what was dropped so far is told in a line first. */
  reset(): void;
  /** Ends lines that lack their newline. */
  end(): void;
}

/** Bytes of output kept for one invocation; the rest is counted and dropped, so that no handler can harm the stack. */
export const LOG_BUDGET = 1024 * 1024;
/** CloudWatch Logs splits what is longer. */
const MAX_LINE = 256 * 1024;
const MAX_FRAME = 16 * 1024 * 1024;

/** Cuts a process's output into lines and hands them on, within a budget. */
export function createLogCapture(now: () => number, emit: (line: LogLine) => void): LogCapture {
  let left = LOG_BUDGET;
  let dropped = 0;
  const flushers: (() => void)[] = [];

  const take = (bytes: Buffer) => {
    // As CloudWatch Logs counts: 26 bytes an event, so that a flood of empty lines is one too.
    const cost = bytes.length + 26;
    if (cost > left) {
      dropped += bytes.length;
      // Once over, over: a short line between dropped ones would read as if nothing were missing.
      left = 0;
      return;
    }
    left -= cost;
    emit({ timestamp: now(), message: bytes.toString("utf8") });
  };

  return {
    lines() {
      let parts: Buffer[] = [];
      let size = 0;
      const flush = () => {
        if (size > 0) take(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));
        parts = [];
        size = 0;
      };
      flushers.push(flush);
      return (chunk) => {
        let start = 0;
        while (start < chunk.length) {
          const newline = chunk.indexOf(0x0a, start);
          const end = newline < 0 ? chunk.length : newline;
          const piece = chunk.subarray(start, Math.min(end, start + MAX_LINE - size));
          if (piece.length > 0) parts.push(piece);
          size += piece.length;
          start += piece.length;
          if (start === newline) {
            flush();
            start += 1;
          } else if (size >= MAX_LINE) flush();
        }
      };
    },
    frames() {
      let pending: Buffer[] = [];
      let size = 0;
      let needed = 4;
      return (chunk) => {
        if (needed === Number.POSITIVE_INFINITY) return void (dropped += chunk.length);
        pending.push(chunk);
        size += chunk.length;
        while (size >= needed) {
          const all = pending.length === 1 && pending[0] ? pending[0] : Buffer.concat(pending);
          pending = [all];
          needed = 4 + all.readUInt32LE(0);
          // The bootstrap cuts its records at a quarter of this: somebody else writes to the descriptor.
          if (needed > MAX_FRAME) needed = Number.POSITIVE_INFINITY;
          if (size < needed) return;
          for (let at = 4; at < needed; at += MAX_LINE) take(all.subarray(at, Math.min(needed, at + MAX_LINE)));
          const rest = all.subarray(needed);
          pending = rest.length > 0 ? [rest] : [];
          size = rest.length;
          needed = 4;
        }
      };
    },
    platform: (message) => emit({ timestamp: now(), message }),
    reset() {
      if (dropped > 0) {
        emit({
          timestamp: now(),
          message: `[local stack] ${dropped} bytes of output dropped: an invocation may log ${LOG_BUDGET} bytes here.`,
        });
      }
      left = LOG_BUDGET;
      dropped = 0;
    },
    end() {
      for (const flush of flushers) flush();
    },
  };
}
