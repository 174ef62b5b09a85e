import { afterEach, expect, test } from "vitest";
import { makeFolder, PROJECT, run, start } from "./harness.ts";
import { killAll, launch } from "./launch.ts";

afterEach(killAll);

/** Waits at its first attempt, and answers at any other. */
const WORKER = PROJECT["src/worker.ts"].replace(
  'task.prompt === "wait"',
  'task.prompt === "wait" && ctx.attempt === 1',
);

async function startDev(dir: string) {
  const dev = launch(["dev", "--headless", "--port", "0"], dir);
  await dev.shown("Ready  http://127.0.0.1:");
  return dev;
}

test("whoever follows goes along when dev is killed and started anew on another port, and misses nothing", async () => {
  await using folder = await makeFolder({ ...PROJECT, "src/worker.ts": WORKER });
  const first = await startDev(folder.dir);
  const all = start(["watch"], { cwd: folder.dir });
  await all.waitFor("watching all tasks");
  const json = start(["submit", "wait", "--task-id", "moves-along-1", "--watch", "--json"], { cwd: folder.dir });
  await json.waitFor('"started"');
  const one = start(["watch", "moves-along-1"], { cwd: folder.dir });
  await one.waitFor("started, attempt 1");
  first.child.kill("SIGKILL");
  await first.exit;
  await one.waitFor("reconnecting");
  const second = await startDev(folder.dir);
  expect(await json.exit).toBe(0);
  expect(await one.exit).toBe(0);
  expect(one.stdout()).toBe("echo: wait\n");
  expect(one.stderr()).toMatch(/reconnecting: the local stack was started anew, at http:\/\/127\.0\.0\.1:\d+\n/);
  const events = json.events().filter(({ seq }) => seq !== undefined);
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  expect(events.at(-1)).toMatchObject({ type: "completed", attempt: 2 });
  // A watch of everything hears of what is new there.
  await run(["submit", "hello", "--wait", "--task-id", "moves-along-2"], { cwd: folder.dir });
  await all.waitFor(/moves-along-2 {2}completed/);
  all.interrupt();
  expect(await all.exit).toBe(0);
  second.child.kill("SIGINT");
  expect(await second.exit).toBe(0);
});

test("a watch of a dev that has ended for good ends with that", async () => {
  await using folder = await makeFolder(PROJECT);
  const dev = await startDev(folder.dir);
  const all = start(["watch"], { cwd: folder.dir });
  await all.waitFor("watching all tasks");
  dev.child.kill("SIGINT");
  await dev.exit;
  expect(await all.exit).toBe(1);
  expect(all.stderr()).toContain("Error: dev has ended, and none was started for 20 s.");
  expect(all.stderr()).toContain("Start it in another terminal: ai-pipeline dev");
});
