import type { Clock } from "../../contract/clock.ts";
import type { LogsLine } from "../../contract/operations/logs.ts";
import type { TaskReader } from "../../contract/ports.ts";

/** Lines kept that may yet turn out to be the task's. */
const KEPT = 2000;
/** CloudWatch takes patterns of 1024 characters. */
const MAX_PATTERN = 1024;
/** A busy stage writes many lines that are not the task's: its attempts are looked up no more often than this. */
const LOOKUP_MS = 1000;

/**
 * Tells a task's lines from others': those that name it, and those of its attempts' requests that name no task, such as what
 * a worker prints, or Lambda's word that it timed out.
 */
export interface TaskLines {
  /** A pattern that lets all its lines pass, as far as they are known now; undefined when it would be too long. */
  pattern(): string | undefined;
  /** @returns the lines that are now known to be the task's: none, this one, or earlier ones too. */
  admit(line: LogsLine): Promise<LogsLine[]>;
}

/** @param options.follow whether attempts may still begin: then they are looked up as lines of unknown requests come. */
export async function createTaskLines(
  taskId: string,
  reader: Pick<TaskReader, "events">,
  { clock, follow }: { clock: Clock; follow: boolean },
): Promise<TaskLines> {
  const requests = new Set<string>();
  let unknown: LogsLine[] = [];
  let after = 0;
  let lookedUp = 0;
  const learn = async () => {
    const known = requests.size;
    lookedUp = clock.now();
    for (const event of await reader.events(taskId, after)) {
      after = event.seq;
      if (event.type === "started") requests.add(event.requestId);
    }
    return requests.size > known;
  };
  const release = () => {
    const mine = unknown.filter(({ requestId }) => requests.has(requestId ?? ""));
    unknown = unknown.filter(({ requestId }) => !requests.has(requestId ?? ""));
    return mine;
  };
  await learn();
  return {
    pattern() {
      const terms = [taskId, ...requests].map((id) => `"${id}"`);
      const text = terms.length === 1 ? (terms[0] ?? "") : terms.map((term) => `?${term}`).join(" ");
      return text.length <= MAX_PATTERN ? text : undefined;
    },
    async admit(line) {
      const { requestId } = line;
      if (line.taskId === taskId || line.message.includes(taskId)) {
        // A batch's request is that of several tasks; its lines without a task may be any one's.
        if (line.taskId === taskId && requestId !== undefined) requests.add(requestId);
        return [...release(), line];
      }
      if (line.taskId !== undefined || requestId === undefined) return [];
      if (requests.has(requestId)) return [line];
      if (!follow) return [];
      unknown = [...unknown.slice(-KEPT), line];
      if (clock.now() - lookedUp < LOOKUP_MS) return [];
      return (await learn()) ? release() : [];
    },
  };
}
