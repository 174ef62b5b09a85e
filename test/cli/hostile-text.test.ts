import { afterAll, beforeAll, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "./harness.ts";
import { startOnTerminal } from "./on-terminal.ts";

/** Colours, a title, a jump to the top left, and a name that reads as another from right to left. */
const HOSTILE = "a\u001B[31mred\u001B[0m\u001B]0;title\u0007\u001B[1;1H \u202Efdp\u2066.exe\u200B!";
const SHOWN = "ared fdp.exe!";
const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task, ctx) {
    console.log(task.prompt);
    await ctx.progress(task.prompt);
    ctx.token(task.prompt);
    if (task.taskId.startsWith("fails")) throw Object.assign(new TypeError(task.prompt.replace("red", "blue")), { permanent: true });
    return "said: " + task.prompt;
  },
});
`;

let folder: Folder;
let dev: RunningCommand;

beforeAll(async () => {
  ({ folder, dev } = await startProject({ ...PROJECT, "src/worker.ts": WORKER }, []));
  await run(["submit", HOSTILE, "--task-id", "succeeds-0001", "--wait"], { cwd: folder.dir });
  await run(["submit", HOSTILE, "--task-id", "fails-0000001", "--wait"], { cwd: folder.dir });
});

afterAll(() => endProject({ folder, dev }));

test.each([
  [["submit", HOSTILE, "--watch"], `said: ${SHOWN}`],
  [["submit", HOSTILE, "--watch", "--task-id", "fails-0000002"], `TypeError ${SHOWN.replace("red", "blue")}`],
  [["watch", "fails-0000001"], `TypeError ${SHOWN.replace("red", "blue")}`],
  [["tasks", "list"], `TypeError ${SHOWN.replace("red", "blue")}`],
  [["tasks", "show", "succeeds-0001"], SHOWN],
  [["dlq", "inspect"], `TypeError ${SHOWN.replace("red", "blue")}`],
  [["dlq", "show", "fails-0000001"], `TypeError ${SHOWN.replace("red", "blue")}`],
  [["logs", "--function", "worker"], SHOWN],
  [["tasks", "show", HOSTILE], `There is no task ${SHOWN}`],
])("%j on a terminal shows what others wrote as text", async (argv, expected) => {
  const { terminal, exit } = startOnTerminal(argv, { cwd: folder.dir }, 160);
  await exit;
  // Lines break where the terminal ends.
  await expect.poll(() => terminal.text().replaceAll(/\n */g, " ")).toContain(expected);
  expect(terminal.raw()).not.toMatch(/\u001B\[31m|\u001B\[1;1H|\u001B\]0|[\u202E\u2066\u200B]/);
  // A body's JSON spells control characters out; everywhere else nothing of them is left.
  expect(terminal.text()).not.toMatch(/(?<!\\u001b)(\[31m|\]0;)/);
});

test("dev's lines have none of it either", async () => {
  await dev.waitFor("dead-lettered");
  expect(dev.stdout()).toContain(`worker: info ${SHOWN}`);
  expect(dev.stdout()).not.toMatch(/[\u001B\u202E\u2066\u200B]|\[31m/);
});

test("--json and a pipe get it as it is", async () => {
  const json = await run(["tasks", "show", "succeeds-0001", "--json"], { cwd: folder.dir });
  expect(json.events[0]).toMatchObject({ record: { task: { prompt: HOSTILE } }, result: `said: ${HOSTILE}` });
  const piped = await run(["submit", HOSTILE, "--wait"], { cwd: folder.dir });
  expect(piped.stdout).toBe(`said: ${HOSTILE}\n`);
});
