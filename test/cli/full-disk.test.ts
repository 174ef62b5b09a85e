import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { makeFolder, PROJECT } from "./harness.ts";
import { killAll, launch } from "./launch.ts";

/** Runs a command where `$0` is a small file system, which nobody but it sees. */
const ON_A_SMALL_DISK = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=64m tmpfs "$0" && exec "$@"'];

const canMount = (() => {
  try {
    execFileSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/tmp"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

afterEach(killAll);

const title = canMount
  ? "a full disk"
  : "a full disk (skipped: this system lets no user mount a file system of its own)";

test.skipIf(!canMount)(`${title} refuses tasks, says so once, and loses none that was accepted`, async () => {
  await using folder = await makeFolder(PROJECT);
  const state = join(folder.dir, ".ai-pipeline");
  mkdirSync(state);
  const dev = launch(["dev", "--headless", "--json", "--port", "0"], folder.dir, [...ON_A_SMALL_DISK, state]);
  await dev.shown('"type":"ready"');
  const ready: { endpoint: string; token: string; pid: number } = JSON.parse(dev.stdout().split("\n")[0] ?? "");
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${ready.endpoint}${path}`, { ...init, headers: { authorization: `Bearer ${ready.token}` } });
  const submit = (taskId: string) =>
    call("/tasks", { method: "POST", body: JSON.stringify({ taskId, prompt: "hello" }) });
  const statusOf = async (taskId: string) =>
    (await (await call(`/tasks/${taskId}`)).text()).match(/"status":"(\w+)"/)?.[1];

  const [before, refused, after] = [randomUUID(), randomUUID(), randomUUID()];
  expect((await submit(before)).status).toBe(202);
  await expect.poll(() => statusOf(before), { timeout: 20_000 }).toBe("completed");

  const ballast = join(`/proc/${ready.pid}/root`, state, "ballast");
  expect(() => writeFileSync(ballast, Buffer.alloc(80 << 20))).toThrow("ENOSPC");
  expect((await submit(refused)).status).toBe(500);
  await dev.shown(`the disk that holds ${join(state, "local")} is full. Free some space`);
  expect(await statusOf(before)).toBe("completed");

  rmSync(ballast);
  expect((await submit(after)).status).toBe(202);
  await expect.poll(() => statusOf(after), { timeout: 20_000 }).toBe("completed");
  expect(dev.text().match(/is full/g)).toHaveLength(1);
  dev.child.kill("SIGINT");
  expect(await dev.exit).toBe(0);
});
