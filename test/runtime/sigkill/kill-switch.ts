/*
 * Loaded before the worker (`--import`): kills the process at the n-th point where it waits for the network, before a
 * request leaves or as its answer arrives. The program itself knows nothing of it.
 *
 * KILL_SWITCH names a file with "n lives"; each kill takes one life away, and without any the process lives on.
 */
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const file = process.env["KILL_SWITCH"] ?? "";
const [at = 0, lives = 0] = readFileSync(file, "utf8").split(" ").map(Number);
let points = 0;

function point(): void {
  points += 1;
  if (points !== at || lives === 0) return;
  writeFileSync(file, `${at} ${lives - 1}`);
  process.kill(process.pid, "SIGKILL");
  // The signal may take a moment; nothing may happen meanwhile.
  for (;;);
}

for (const module of [http, https]) {
  const original = module.request;
  const request = new Proxy(original, {
    apply(target, self, args: Parameters<typeof original>) {
      point();
      const made = Reflect.apply(target, self, args);
      made.prependListener("response", point);
      return made;
    },
  });
  Object.assign(module, { request });
}
syncBuiltinESMExports();
