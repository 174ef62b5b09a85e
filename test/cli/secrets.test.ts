import { createServer } from "node:http";
import { text as readBody } from "node:stream/consumers";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listenLocally } from "../helpers/listen.ts";
import { makeFolder, PROJECT, run, start } from "./harness.ts";

/** As no pattern knows it: only its name tells what it is. */
const MODEL_KEY = "azure0shaped0key0of0nobody";
const DATABASE = "postgres://app:hunter2hunter2@db.example/app";
const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task, ctx) {
    if (task.prompt === "throw") throw new TypeError("cannot use " + process.env.OPENAI_API_KEY + " at " + process.env.DATABASE_URL);
    if (task.prompt === "name it") throw Object.assign(new Error("no"), { name: "Bad " + process.env.OPENAI_API_KEY, code: process.env.OPENAI_API_KEY });
    return (await ctx.model.complete([{ role: "user", content: task.prompt }])).text;
  },
});
`;

/** A model that names the key it was given in its refusal, and a listener for webhooks; both as others write them. */
async function startModel() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      seen.push(`${request.url} ${request.headers.authorization ?? ""} ${body}`);
      if (request.url === "/hook") return response.end();
      const key = request.headers.authorization?.replace("Bearer ", "") ?? "";
      if (!body.includes("refuse")) {
        response.writeHead(200, { "content-type": "application/json" });
        const choices = [{ index: 0, message: { role: "assistant", content: "well" }, finish_reason: "stop" }];
        return response.end(JSON.stringify({ id: "1", object: "chat.completion", model: "m", choices }));
      }
      response.writeHead(401, { "content-type": "application/json" });
      return response.end(
        JSON.stringify({ error: { message: `Incorrect API key provided: ${key}.`, code: "invalid_api_key" } }),
      );
    });
  });
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  const close = () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
  return { url, seen, close };
}

/** Every file below a folder that holds one of the texts. */
async function filesWith(folder: string, texts: string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found: string[] = [];
  for (const file of files) {
    const content = await readFile(file, "latin1");
    if (texts.some((text) => content.includes(text))) found.push(file.slice(folder.length + 1));
  }
  return found.toSorted();
}

test("no secret gets into logs, events, errors or the state, but where it is kept", async () => {
  const model = await startModel();
  await using folder = await makeFolder({ ...PROJECT, "src/worker.ts": WORKER, ".env": `DATABASE_URL=${DATABASE}\n` });
  const env = { OPENAI_API_KEY: MODEL_KEY, OPENAI_BASE_URL: `${model.url}/v1` };
  const dev = start(["dev", "--headless", "--json", "--port", "0", "--speed", "60"], { cwd: folder.dir, env });
  try {
    await dev.waitFor('"state":"ready"');
    const [ready] = dev.events();
    const secrets = [MODEL_KEY, "hunter2hunter2", String(ready?.["token"]), String(ready?.["webhookSecret"])];
    const cli = (...argv: string[]) => run(argv, { cwd: folder.dir, env });

    const outputs = [
      await cli("submit", "do well", "--wait", "--callback", `${model.url}/hook`, "--json"),
      await cli("submit", "refuse", "--wait", "--json"),
      await cli("submit", "throw", "--wait"),
      await cli("submit", "throw", "--wait", "--debug", "--json"),
      await cli("submit", "name it", "--wait", "--json"),
      await cli("tasks", "list", "--json"),
      await cli("dlq", "inspect", "--letters", "--json"),
      await cli("logs", "--json"),
      await cli("status", "--json"),
      await run(["submit", "hello", "--debug"], {
        cwd: folder.dir,
        env: { ...env, AI_PIPELINE_TOKEN: "wrong-token-0001" },
      }),
    ];
    // A token in an address is a mistake that people make, and so may be one in a header.
    await fetch(`${String(ready?.["endpoint"])}/tasks?token=${encodeURIComponent(secrets[2] ?? "")}`);
    await fetch(`${String(ready?.["endpoint"])}/nowhere`, { headers: { authorization: `Bearer ${secrets[2]}` } });

    expect(outputs.map(({ exitCode }) => exitCode)).toEqual([0, 3, 3, 3, 3, 0, 0, 0, 0, 5]);
    expect(model.seen.some((line) => line.includes(MODEL_KEY))).toBe(true);
    expect(outputs[1]?.stdout).toContain("Incorrect API key provided: [redacted]");
    expect(outputs[2]?.stderr).toContain("TypeError cannot use [redacted] at [redacted]");
    expect(outputs[4]?.stdout).toContain('"name":"Bad [redacted]"');
    dev.interrupt();
    expect(await dev.exit).toBe(0);

    const told = [
      ...outputs.map(({ stdout, stderr }) => stdout + stderr),
      JSON.stringify(dev.events().slice(1)),
      dev.stderr(),
    ];
    for (const secret of secrets) expect(told.filter((text) => text.includes(secret))).toEqual([]);
    const kept = await filesWith(join(folder.dir, ".ai-pipeline"), secrets);
    expect(kept.filter((file) => !file.startsWith("local/ssm.db"))).toEqual([]);
  } finally {
    dev.interrupt();
    await dev.exit;
    await model.close();
  }
});
