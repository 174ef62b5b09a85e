import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { FROM_SOURCE, openPty } from "../helpers/pty.ts";
import { endProject, makeFolder, PROJECT, startProject } from "./harness.ts";
import { startOnTerminal } from "./on-terminal.ts";

/* A terminal that can move no cursor (TERM=dumb, as Emacs' shell has it): text, line by line. */

const ESCAPE = "\u001B";
let project: Awaited<ReturnType<typeof startProject>>;
beforeAll(async () => void (project = await startProject(PROJECT, [])));
afterAll(() => endProject(project));

async function onPlain(...argv: string[]) {
  const { terminal, exit } = startOnTerminal(argv, { cwd: project.folder.dir, plain: true, color: true });
  const exitCode = await exit;
  expect(terminal.raw()).not.toContain(ESCAPE);
  return { exitCode, text: terminal.raw().replaceAll(/\s+/g, " ") };
}

test("what is drawn elsewhere is told in lines, and what is asked elsewhere is refused with what to do", async () => {
  expect(await onPlain("submit", "impossible", "--watch")).toMatchObject({
    exitCode: 3,
    text: expect.stringContaining("attempt 1 failed"),
  });
  // The letter comes a moment after its task's end was told.
  await vi.waitFor(async () => expect((await onPlain("dlq")).text).toContain("my-app-local"), 20_000);
  const redrive = ["dlq", "redrive", "--all"];
  expect(await onPlain(...redrive)).toMatchObject({
    exitCode: 2,
    text: expect.stringMatching(/on a terminal of plain text alone \(TERM=dumb\) that needs --yes\. .* Or add --yes\./),
  });
  expect(await onPlain(...redrive, "--yes")).toMatchObject({ exitCode: 0 });
  expect(await onPlain("init")).toMatchObject({
    exitCode: 2,
    text: expect.stringContaining("There is no folder to make the project in."),
  });
});

test("a process with TERM=dumb tells its errors in lines", async () => {
  await using folder = await makeFolder();
  using terminal = openPty([...FROM_SOURCE, "tasks", "list"], { cwd: folder.dir, env: { TERM: "dumb" } });
  expect(await terminal.exit).toBe(1);
  expect(terminal.raw()).toContain("Error: This folder is not in an ai-pipeline project");
  expect(terminal.raw()).not.toContain(ESCAPE);
});
