import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder, PROJECT, run } from "./harness.ts";

/** Takes connections and requests, and answers none. */
const server = createServer(() => {});
let endpoint = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  endpoint = `http://127.0.0.1:${port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test.concurrent.each([
  ["a stage's", ["tasks", "list", "--stage", "prod"]],
  ["a queue's", ["dlq", "list", "--queue", "orders"]],
])("%s endpoint that hangs is named before anybody loses patience", async (_of, argv) => {
  await using folder = await makeFolder(PROJECT);
  const { exitCode, stdout, stderr } = await run([...argv, "--endpoint-url", endpoint], { cwd: folder.dir });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain(`Error: ${endpoint} does not answer.`);
});
