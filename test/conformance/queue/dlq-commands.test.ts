import { join } from "node:path";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startElasticMq } from "../../../scripts/peers/elasticmq.ts";
import { startMiniStack } from "../../../scripts/peers/ministack.ts";
import type { RunningServer } from "../../../scripts/peers/server.ts";
import { type Folder, makeFolder, run } from "../../cli/harness.ts";
import { createPair, depth, type Letter, readAll, sendAll } from "../../dlq/queues.ts";
import { describeWith, peerContext } from "../tools.ts";

/* The commands of dead letters on servers that never saw this tool, on queues made by hand. */

const letters: Letter[] = Array.from({ length: 12 }, (_, index) => ({
  body: JSON.stringify({ order: index, kind: index % 2 ? "odd" : "even" }),
  attributes: {
    tenant: { DataType: "String", StringValue: "acme" },
    size: { DataType: "Number", StringValue: String(index) },
    blob: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255, index]) },
  },
}));

type Read = Awaited<ReturnType<typeof readAll>>;
const plain = (messages: Read) =>
  messages
    .map(({ Body, MessageAttributes = {} }) =>
      [
        Body,
        MessageAttributes["tenant"]?.StringValue,
        MessageAttributes["size"]?.StringValue,
        ...(MessageAttributes["blob"]?.BinaryValue ?? []),
      ].join(),
    )
    .toSorted();
const whole = letters
  .map(({ body, attributes }) =>
    [body, "acme", attributes?.["size"]?.StringValue, ...(attributes?.["blob"]?.BinaryValue ?? [])].join(),
  )
  .toSorted();

/** @param mover what moves them where everything goes. */
function dlqCommands(start: () => Promise<RunningServer>, mover: "service" | "client"): void {
  let server: RunningServer;
  let client: SQSClient;
  let folder: Folder;
  let count = 0;
  let pair: Awaited<ReturnType<typeof createPair>>;

  const cli = (...argv: string[]) =>
    run(["dlq", ...argv, "--queue", pair.dlq.name, "--endpoint-url", server.endpoint, "--region", "us-east-1"], {
      cwd: folder.dir,
      env: { HOME: folder.dir },
    });

  beforeAll(async () => {
    server = await start();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    client = new SQSClient({ endpoint: server.endpoint, region: "us-east-1", credentials });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });
  beforeEach(async () => {
    folder = await makeFolder();
    pair = await createPair(client, `hand${count++}`);
    await sendAll(client, pair.dlq.url, letters);
    return () => folder[Symbol.asyncDispose]();
  });

  test("list and inspect count them, and leave them where they are", async () => {
    expect((await cli("list", "--json")).events).toContainEqual(
      expect.objectContaining({
        type: "dead-letter-queue",
        queue: pair.dlq.url,
        sources: [pair.source.name],
        depth: expect.objectContaining({ visible: letters.length }),
      }),
    );
    const { exitCode, stderr } = await cli("inspect");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("saw 12 of about 12");
    expect(await depth(client, pair.dlq.url)).toBe(letters.length);
  });

  test("redrive moves all of them as they are, and says who does it", async () => {
    const { exitCode, events } = await cli("redrive", "--yes", "--json");
    expect(exitCode).toBe(0);
    expect(events).toContainEqual(expect.objectContaining({ type: "mover", by: mover }));
    expect(events.at(-1)).toMatchObject({ type: "summary", moved: letters.length });
    const moves = events.filter(({ type }) => type === "move");
    for (const { moved, toMove } of moves) expect(Number(moved)).toBeLessThanOrEqual(Number(toMove));
    expect(plain(await readAll(client, pair.source.url))).toEqual(whole);
    expect(await depth(client, pair.dlq.url)).toBe(0);
  });

  test("redrive with a filter moves those, and no others", async () => {
    const { exitCode, events } = await cli("redrive", "--where", "body.kind == 'odd'", "--yes", "--json");
    expect(exitCode).toBe(0);
    expect(events.at(-1)).toMatchObject({ moved: 6 });
    expect(plain(await readAll(client, pair.source.url))).toEqual(whole.filter((text) => text.includes('"odd"')));
    expect(await depth(client, pair.dlq.url)).toBe(6);
  });

  test("replay sends them with a change", async () => {
    const { exitCode } = await cli("replay", "--set", "retried=true", "--limit", "2", "--yes");
    expect(exitCode).toBe(0);
    const sent = await readAll(client, pair.source.url);
    expect(sent.map(({ Body }): unknown => JSON.parse(Body ?? ""))).toEqual([
      expect.objectContaining({ retried: true }),
      expect.objectContaining({ retried: true }),
    ]);
    expect(await depth(client, pair.dlq.url)).toBe(letters.length - 2);
  });

  test("purge writes them down first, and import brings them back", async () => {
    const file = join(folder.dir, "backup.ndjson");
    const purged = await cli("purge", "--yes", "--queue-name", pair.dlq.name, "--backup", file);
    expect(purged.exitCode, purged.stderr).toBe(0);
    expect(await depth(client, pair.dlq.url)).toBe(0);
    const imported = await cli("import", file, "--yes");
    expect(imported.exitCode, imported.stderr).toBe(0);
    expect(plain(await readAll(client, pair.dlq.url))).toEqual(whole);
  });
}

describeWith("elasticmq", () => dlqCommands(() => startElasticMq(peerContext()), "service"));
// It has no move tasks.
describeWith("ministack", () => dlqCommands(() => startMiniStack(peerContext()), "client"));
