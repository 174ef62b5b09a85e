import { afterAll, beforeAll, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "./harness.ts";
import { startOnTerminal } from "./on-terminal.ts";

const MEGABYTES = 10_000_000;
/** Prints 10 MB on one line, streams 10 MB, and gives 10 MB back. */
const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  run(task, ctx) {
    const flood = "x".repeat(${MEGABYTES});
    process.stdout.write(flood + "\\n");
    console.log(flood);
    if (task.prompt === "print") return "done";
    ctx.token(flood);
    return flood;
  },
});
`;

let folder: Folder;
let dev: RunningCommand;

beforeAll(async () => {
  ({ folder, dev } = await startProject({ ...PROJECT, "src/worker.ts": WORKER }, []));
  await run(["submit", "print", "--task-id", "prints-10-mb", "--wait"], { cwd: folder.dir });
  await dev.waitFor("bytes of output dropped");
});

afterAll(() => endProject({ folder, dev }));

const longest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

test("dev cuts the line, and says how much is missing and where it is", () => {
  expect(longest(dev.stdout())).toBeLessThan(1_000);
  expect(dev.stdout()).toMatch(/worker: x{500}… \(\d{3},\d{3} more characters: logs --json has all of it\)/);
});

test("logs cuts it on a terminal; a pipe and --json get what was kept", async () => {
  const { terminal, exit } = startOnTerminal(["logs", "--function", "worker"], { cwd: folder.dir });
  expect(await exit).toBe(0);
  await expect
    .poll(() => terminal.raw())
    .toMatch(/x{2000}… \(\d+,\d{3} more characters: --json or a pipe has all of it\)/);
  expect(longest(terminal.raw())).toBeLessThan(3_000);
  const piped = await run(["logs", "--function", "worker"], { cwd: folder.dir });
  expect(piped.stdout).toMatch(/ x{262144}\n/);
  const json = await run(["logs", "--function", "worker", "--json"], { cwd: folder.dir });
  expect(json.events.some(({ message }) => message === "x".repeat(262_144))).toBe(true);
});

test("a result of 10 MB is cut on a terminal, and whole everywhere else", async () => {
  const { terminal, exit } = startOnTerminal(["submit", "return", "--watch", "--task-id", "returns-10-mb"], {
    cwd: folder.dir,
  });
  expect(await exit).toBe(0);
  const note = "… (9,980,000 more characters: redirect stdout to a file for all of it)";
  expect(terminal.raw().endsWith(`${"x".repeat(20_000)}${note}\n`)).toBe(true);
  expect(terminal.raw().length).toBeLessThan(500_000);

  const shown = startOnTerminal(["tasks", "show", "returns-10-mb"], { cwd: folder.dir });
  expect(await shown.exit).toBe(0);
  expect(shown.terminal.raw().replaceAll("\n", "")).toContain("(9,980,000 more characters: --json has all of it)");

  const piped = await run(["watch", "returns-10-mb"], { cwd: folder.dir });
  expect(piped.stdout.length).toBe(MEGABYTES + 1);
  const [detail] = (await run(["tasks", "show", "returns-10-mb", "--json"], { cwd: folder.dir })).events;
  expect(String(detail?.["result"]).length).toBe(MEGABYTES);
});
