import type { BenchContext, Measure } from "../context.ts";
import { bundleInkHello, HELLO } from "../peers/ink-hello.ts";
import { cliOf, makeProject, startDev } from "../peers/ours.ts";
import { timeToText } from "../pty.ts";
import { output } from "../../scripts/peers/spawn.ts";
import { formatSeries, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

const TARGET = 250;
const TASKS = ["bench-task-1", "bench-task-2", "bench-task-3"];

interface Subject {
  name: string;
  args: string[];
  /** What must have been drawn. */
  text: string;
  judged: boolean;
}

/** How soon a person sees something true on the screen. */
export const firstFrame: Measure = {
  name: "first-frame",
  async run(context) {
    const rounds = context.quick ? 3 : 20;
    const hello = await bundleInkHello(context);
    const project = await makeProject(context);
    const dev = await startDev(context, project);
    try {
      for (const taskId of TASKS) await submit(context, project, taskId);
      const cli = cliOf(context);
      const [first = ""] = TASKS;
      const subjects: Subject[] = [
        { name: "Ink hello world, bundled", args: [hello.plain], text: HELLO, judged: false },
        { name: "Ink hello world, bundled, compile cache", args: [hello.cached], text: HELLO, judged: false },
        { name: "ai-pipeline tasks list, three tasks", args: [cli, "tasks", "list"], text: first, judged: true },
        { name: "ai-pipeline watch, a completed task", args: [cli, "watch", first], text: "completed", judged: true },
      ];
      const times = await inTurns(subjects, project, rounds);
      return {
        title: "First frame",
        method: `From the start of the process until a pseudo-terminal has received the frame with its content, ${rounds} rounds in turns after one that fills caches. Ours asks a running \`dev\` for the data it draws.`,
        rows: subjects.map((subject) => row(subject, times.get(subject) ?? [])),
      };
    } finally {
      await dev.close();
    }
  },
};

async function submit(context: BenchContext, cwd: string, taskId: string): Promise<void> {
  const prompt = "What is a dead-letter queue?";
  await output(process.execPath, [cliOf(context), "submit", prompt, "--task-id", taskId, "--wait"], { cwd });
}

async function inTurns(subjects: Subject[], cwd: string, rounds: number): Promise<Map<Subject, number[]>> {
  const times = new Map(subjects.map((subject) => [subject, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const subject of subjects) {
      const elapsed = await timeToText(subject.args, subject.text, cwd);
      if (round > 0) times.get(subject)?.push(elapsed);
    }
  }
  return times;
}

function row({ name, judged }: Subject, values: number[]): Row {
  const series = summarise(values);
  const shown = { what: "first frame with its content", subject: name, value: `${formatSeries(series)} ms` };
  return judged ? { ...shown, target: `${TARGET} ms`, met: series.median <= TARGET } : shown;
}
