import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder, run } from "../cli/harness.ts";
import { denying } from "../helpers/denying.ts";
import { createQueue, depth, fail, readAll, sendAll } from "./queues.ts";
import { queuePairs } from "./queue-pairs.ts";

/* Queues of any account: no project, no stage, made by hand on the local engine as an endpoint of its own. */

const at = queuePairs("orders");

const env = () => ({ HOME: at.folder.dir, AWS_ENDPOINT_URL_SQS: at.stack.endpoint });
const cli = (...argv: string[]) => run(argv, { cwd: at.folder.dir, env: env() });
const failed = (bodies: string[]) =>
  fail(
    at.stack.client,
    at.source.url,
    at.dlq.url,
    bodies.map((body) => ({ body })),
  );

test.each([
  ["list"],
  ["inspect"],
  ["show", "some-letter"],
  ["redrive", "--yes"],
  ["purge", "--yes", "--queue-name", "nope", "--no-backup"],
])(
  "without a region, dlq %s --queue names what is missing, and that another endpoint can be meant",
  async (...argv) => {
    const { exitCode, stderr } = await run(["dlq", ...argv, "--queue", "nope"], {
      cwd: at.folder.dir,
      env: { HOME: at.folder.dir },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Error: No AWS region is set.");
    expect(stderr).toContain("Name one: --region eu-west-1");
    expect(stderr).toContain("--endpoint-url http://127.0.0.1:4566");
  },
);

describe("a queue is found", () => {
  test("by name, ARN or URL, of itself or of its source; the endpoint by flag, variable or URL", async () => {
    await failed(["one"]);
    const ways: [string[], Record<string, string>][] = [
      [["--queue", at.dlq.name], env()],
      [["--queue", at.source.name], env()],
      [["--queue", at.dlq.arn], { ...env(), AWS_ENDPOINT_URL_SQS: "", AWS_ENDPOINT_URL: at.stack.endpoint }],
      [["--queue", at.source.arn, "--endpoint-url", at.stack.endpoint], {}],
      [["--queue", at.dlq.url], {}],
      [["--queue", at.source.url], {}],
    ];
    for (const [flags, variables] of ways) {
      const { events, stderr } = await run(["dlq", "list", "--json", ...flags], { cwd: at.folder.dir, env: variables });
      expect(events[0], stderr).toMatchObject({
        type: "queue",
        name: at.dlq.name,
        sources: [at.source.name],
        endpoint: at.stack.endpoint,
        account: "000000000000",
      });
      expect(events[1]).toMatchObject({ type: "dead-letter-queue", queue: at.dlq.url, depth: { visible: 1 } });
    }
  });

  test("that does not exist", async () => {
    for (const name of ["nothing-here", `${at.dlq.url}-not`, at.dlq.arn.replace("orders", "borders")]) {
      const { exitCode, stderr } = await cli("dlq", "list", "--queue", name);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`There is no queue ${name}`);
      expect(stderr).toContain("--endpoint-url");
    }
  });

  test("that is no dead-letter queue and has none", async () => {
    const plain = await createQueue(at.stack.client, `plain${at.next()}`);
    const { exitCode, stderr } = await cli("dlq", "redrive", "--yes", "--queue", plain.name);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${plain.name} is no dead-letter queue and has none`);
    expect(stderr).toContain("dlq list --all");
  });

  test("in another region than the one asked for", async () => {
    const arn = "arn:aws:sqs:eu-west-1:123456789012:orders";
    const argv = ["dlq", "list", "--queue", arn, "--region", "us-east-1"];
    const { exitCode, stderr } = await run(argv, { cwd: at.folder.dir, env: {} });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("The queue is in eu-west-1, not in us-east-1.");
  });

  test("and a stage cannot be meant, too", async () => {
    const { exitCode, stderr } = await cli("dlq", "list", "--queue", at.dlq.name, "--stage", "prod");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--queue names a queue of any account");
  });

  test.each(["GetQueueUrl", "GetQueueAttributes", "ListDeadLetterSourceQueues", "ReceiveMessage"])(
    "and a caller who may not call %s is told so",
    async (action) => {
      await using gate = await denying(at.stack.endpoint, action);
      const { exitCode, stderr } = await cli("dlq", "inspect", "--queue", at.dlq.name, "--endpoint-url", gate.url);
      expect(exitCode).toBe(5);
      expect(stderr).toContain(`You may not call sqs:${action}.`);
      expect(stderr).toContain(`Ask for the permission sqs:${action}`);
    },
  );
});

describe("redrive", () => {
  test("moves all by the service, back to where they came from", async () => {
    await failed(["one", "two"]);
    const { exitCode, events } = await cli("dlq", "redrive", "--yes", "--queue", at.source.name, "--json");
    expect(exitCode).toBe(0);
    expect(events.find(({ type }) => type === "mover")).toMatchObject({ by: "service" });
    expect(events.at(-1)).toMatchObject({ moved: 2, status: "COMPLETED" });
    expect(await depth(at.stack.client, at.source.url)).toBe(2);
  });

  test("moves some by our own mover, whose journal lies with the user and not with a project", async () => {
    await failed(['{"error":"boom 17"}', '{"error":"boom 4"}', '{"error":"other"}']);
    await using project = await makeFolder({ "ai-pipeline.config.ts": 'export default { app: "my-app" };' });
    const argv = ["dlq", "redrive", "--yes", "--queue", at.dlq.name, "--error", "boom", "--json"];
    const { exitCode, events } = await run(argv, { cwd: project.dir, env: env() });
    expect(exitCode).toBe(0);
    expect(events.at(-1)).toMatchObject({ moved: 2, client: { left: 1, refused: 0 } });
    expect(await depth(at.stack.client, at.source.url)).toBe(2);
    expect(await readdir(join(at.folder.dir, ".local/state/ai-pipeline/moves"))).toEqual([]);
    expect(await readdir(project.dir)).not.toContain(".ai-pipeline");
  });

  test("sends letters of several queues each back to its own", async () => {
    const second = await createQueue(at.stack.client, `second${at.next()}`, {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: at.dlq.arn, maxReceiveCount: 1 }),
      VisibilityTimeout: "0",
    });
    await failed(["a1", "a2", "a3"]);
    await fail(at.stack.client, second.url, at.dlq.url, [{ body: "b1" }, { body: "b2" }]);
    await sendAll(at.stack.client, at.dlq.url, [{ body: "by hand" }]);
    const { events } = await cli("dlq", "redrive", "--yes", "--queue", at.dlq.name, "--limit", "10", "--json");
    expect(events[0]).toMatchObject({ sources: expect.arrayContaining([at.source.name, second.name]) });
    expect(events.at(-1)).toMatchObject({ moved: 5, client: { left: 1 } });
    const bodies = async (url: string) => (await readAll(at.stack.client, url)).map(({ Body }) => Body).toSorted();
    expect(await bodies(at.source.url)).toEqual(["a1", "a2", "a3"]);
    expect(await bodies(second.url)).toEqual(["b1", "b2"]);
    expect(await bodies(at.dlq.url)).toEqual(["by hand"]);
  });

  test("--to takes another queue, from any queue; of the same type, and not the same", async () => {
    const other = await createQueue(at.stack.client, `other${at.next()}`);
    const fifo = await createQueue(at.stack.client, `other${at.next()}.fifo`);
    await failed(["one"]);
    for (const [to, code, text] of [
      [fifo.name, 1, "is a standard queue and"],
      [at.dlq.arn, 1, "is the queue that the messages are in"],
      ["nowhere", 1, "There is no queue nowhere"],
    ] as const) {
      const refused = await cli("dlq", "redrive", "--yes", "--queue", at.dlq.name, "--to", to);
      expect(refused.exitCode).toBe(code);
      expect(refused.stderr).toContain(text);
    }
    expect((await cli("dlq", "redrive", "--yes", "--queue", at.dlq.name, "--to", other.name)).exitCode).toBe(0);
    expect(await depth(at.stack.client, other.url)).toBe(1);
    const back = await cli("dlq", "redrive", "--yes", "--queue", other.name, "--to", at.source.url, "--json");
    expect(back.events.find(({ type }) => type === "mover")).toMatchObject({ by: "client" });
    expect(back.events.at(-1)).toMatchObject({ moved: 1 });
  });

  test.each([["--wait"], ["--canary", "5"], ["--max-failure-rate", "5%"], ["--budget", "1"]])(
    "%s is refused: nobody tells how they end",
    async (...flags) => {
      await failed(["one"]);
      const { exitCode, stderr } = await cli("dlq", "redrive", "--yes", "--queue", at.dlq.name, ...flags);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("Messages of a queue that belongs to no stage cannot be followed");
      expect(stderr).toContain(flags[0]);
      expect(await depth(at.stack.client, at.dlq.url)).toBe(1);
    },
  );
});
