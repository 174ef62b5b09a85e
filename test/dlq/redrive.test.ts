import { describe, expect, test } from "vitest";
import { run } from "../cli/harness.ts";
import { startOnTerminal } from "../cli/on-terminal.ts";
import { depth, fail, type Letter, readAll } from "./queues.ts";
import { queuePairs } from "./queue-pairs.ts";

const at = queuePairs("work");

const env = () => ({ HOME: at.folder.dir, AWS_ENDPOINT_URL_SQS: at.stack.endpoint });
const redrive = (...flags: string[]) =>
  run(["dlq", "redrive", "--queue", at.dlq.name, ...flags], { cwd: at.folder.dir, env: env() });
const failed = (letters: Letter[]) => fail(at.stack.client, at.source.url, at.dlq.url, letters);
const orders = [
  { body: '{"priority":"high","items":[1,2]}', attributes: { tenant: { DataType: "String", StringValue: "acme" } } },
  { body: '{"priority":"low","items":[]}', attributes: { tenant: { DataType: "String", StringValue: "acme" } } },
  { body: '{"priority":"high"}', attributes: { size: { DataType: "Number", StringValue: "12" } } },
  { body: "no JSON at all" },
];

describe("--where", () => {
  test.each<[string, string[]]>([
    ["body.priority == 'high'", [orders[0]?.body ?? "", orders[2]?.body ?? ""]],
    ["attributes.tenant == 'acme' && body.priority == 'low'", [orders[1]?.body ?? ""]],
    ["attributes.size > `10`", [orders[2]?.body ?? ""]],
    // Nothing to take the length of is no error: it does not fit.
    ["length(body.items) > `1`", [orders[0]?.body ?? ""]],
    ["body.items", [orders[0]?.body ?? ""]],
    ["body == 'no JSON at all'", ["no JSON at all"]],
    ["cause.name == 'TypeError'", []],
  ])("%s", async (expression, expected) => {
    await failed(orders);
    const { exitCode, events } = await redrive("--where", expression, "--yes", "--json");
    expect(exitCode).toBe(0);
    expect(events.at(-1)).toMatchObject({ moved: expected.length });
    const bodies = (await readAll(at.stack.client, at.source.url)).map(({ Body }) => Body);
    expect(bodies.toSorted()).toEqual(expected.toSorted());
    expect(await depth(at.stack.client, at.dlq.url)).toBe(orders.length - expected.length);
  });

  test.each([
    ["body.foo bar", 10, 'found unexpected token "bar"'],
    ["body.#", 6, 'unknown token "#"'],
    ["body.[", 7, "found unexpected end of expression"],
  ])("%s: the error points at the place", async (expression, column, text) => {
    const { exitCode, stderr } = await redrive("--where", expression, "--yes");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`The expression does not parse at column ${column}: ${text}`);
    const [line = "", caret = ""] = stderr.split("\n").slice(2);
    expect(line.trim()).toBe(expression);
    expect(caret.indexOf("^") - line.indexOf(expression)).toBe(column - 1);
  });

  test("a function that does not exist is named before anything is looked at", async () => {
    const { exitCode, stderr } = await redrive("--where", "size(body)", "--yes");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Unknown function: size()");
  });
});

describe("--dry-run", () => {
  test("tells causes, counts and cost, and moves nothing", async () => {
    await failed([{ body: '{"error":"timeout 1"}' }, { body: '{"error":"timeout 2"}' }, { body: '{"error":"other"}' }]);
    const { exitCode, events } = await redrive("--error", "timeout", "--dry-run", "--json");
    expect(exitCode).toBe(0);
    expect(events.find(({ type }) => type === "plan")).toMatchObject({
      count: 2,
      left: 1,
      from: at.dlq.name,
      to: [at.source.name],
      causes: [
        { count: 2, go: 2 },
        { count: 1, go: 0 },
      ],
      forecast: {
        requests: 5,
        firstExpiry: expect.any(String),
        unknown: { requestsUsd: expect.any(String), drainMs: expect.any(String), modelUsd: expect.any(String) },
      },
    });
    expect(events.at(-1)).toMatchObject({ moved: 0, dryRun: true });
    expect(await depth(at.stack.client, at.dlq.url)).toBe(3);
    const { stdout } = await redrive("--dry-run");
    expect(stdout).toContain(`3 of ${at.dlq.name} would go to ${at.source.name}`);
    expect(stdout).toContain("unknown: no record tells");
  });
});

describe("before anything moves it asks", () => {
  test("and without a terminal refuses, with what it would have done", async () => {
    await failed([{ body: "a" }, { body: "b" }]);
    for (const flags of [[], ["--json"]]) {
      const { exitCode, stderr, stdout } = await redrive(...flags);
      expect(exitCode).toBe(2);
      expect(stderr + stdout).toContain(
        `Move 2 dead letters to ${at.source.name} (queue ${at.dlq.name}, ${at.stack.endpoint})`,
      );
      expect(stderr + stdout).toContain("without a terminal that needs --yes");
    }
    expect(await depth(at.stack.client, at.dlq.url)).toBe(2);
  });

  test("but not where there is nothing to move", async () => {
    expect((await redrive()).exitCode).toBe(0);
  });

  test("on a terminal, with the count of what is meant", async () => {
    await failed([{ body: '{"error":"boom"}' }, { body: '{"error":"other"}' }]);
    for (const [key, left] of [
      ["n", 2],
      ["y", 1],
    ] as const) {
      const argv = ["dlq", "redrive", "--queue", at.dlq.name, "--error", "boom"];
      const { terminal, exit } = startOnTerminal(argv, { cwd: at.folder.dir, env: env() });
      await terminal.waitFor(`Move 1 dead letter to ${at.source.name}`);
      terminal.type(key);
      expect(await exit).toBe(key === "y" ? 0 : 1);
      await terminal.waitFor(key === "y" ? "moved 1" : "Nothing was moved.");
      expect(terminal.text()).toMatch(key === "y" ? /\? yes$/m : /\? no$/m);
      expect(await depth(at.stack.client, at.dlq.url)).toBe(left);
    }
  });
});
