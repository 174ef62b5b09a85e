/**
 * Points the SDK that lumigo-cli brings, which knows no variable for an endpoint, at ours, and keeps its usage statistics on
 * this machine. Loaded ahead of it: `node --import lumigo-local.ts lumigo-cli ...`.
 */
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";

const requireThere = createRequire(realpathSync(process.argv[1] ?? ""));

const analytics = requireThere.resolve("analytics-node");
requireThere(analytics);
const statistics = requireThere.cache[analytics];
if (!statistics) throw new Error("lumigo-cli keeps its statistics elsewhere now.");
statistics.exports = class {
  track(): void {}
};

const config = member(requireThere("aws-sdk"), "config");
const update = member(config, "update");
if (typeof update !== "function") throw new Error("lumigo-cli's SDK is configured in another way now.");
Reflect.apply(update, config, [{ sqs: { endpoint: process.env["BENCH_ENDPOINT"] } }]);

function member(holder: unknown, name: string): unknown {
  return typeof holder === "object" && holder !== null ? Reflect.get(holder, name) : undefined;
}
