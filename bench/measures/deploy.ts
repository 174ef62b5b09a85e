import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { GetFunctionConfigurationCommand, LambdaClient, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { zipSync } from "fflate";
import { MINISTACK, startMiniStack } from "../../scripts/peers/ministack.ts";
import type { RunningServer } from "../../scripts/peers/server.ts";
import { output } from "../../scripts/peers/spawn.ts";
import { type BenchContext, type Measure, rowsOrSkip } from "../context.ts";
import { PACKAGERS, type Packager } from "../peers/packagers.ts";
import { cliOf, makeProject, startBareStack } from "../peers/ours.ts";
import { runMeasured } from "../process.ts";
import { formatSeries, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

const TEMPLATES = ["minimal", "prompt", "summarize"];
const AT = ["--stage", "dev", "--region", "us-east-1", "--endpoint-url"];

/** How soon code is packed, and how soon it runs. */
export const deploy: Measure = {
  name: "deploy",
  async run(context) {
    const rows: Row[] = [];
    for (const template of TEMPLATES) rows.push(...(await packing(context, template)));
    rows.push(...(await rowsOrSkip("deploy", MINISTACK, () => deploying(context))));
    return {
      title: "Build and deploy",
      method: `Each template as \`init\` makes it, with its packages installed; each packager by esbuild, minified, with a source map, ${rounds(context)} times in turns after one that fills caches. Time is the whole command's; size is the worker's package without source maps, and gzipped file by file. \`ai-pipeline build\` also packs the API's functions and writes the variables. Deployed is by CloudFormation to ${MINISTACK}, with the offline model of a local stack; the plain call is \`UpdateFunctionCode\`, then \`GetFunctionConfiguration\` until it is live, in a process that has loaded the SDK.`,
      rows,
    };
  },
};

const rounds = ({ quick }: BenchContext) => (quick ? 1 : 5);

async function packing(context: BenchContext, template: string): Promise<Row[]> {
  const project = join(await mkdtemp(join(context.scratch, "packing-")), "app");
  await output(process.execPath, [cliOf(context), "init", project, "--template", template]);
  const rows: Row[] = [];
  for (const packager of PACKAGERS)
    rows.push(
      ...(await rowsOrSkip(`build of ${template}`, packager.name, () => pack(context, packager, project, template))),
    );
  return rows;
}

async function pack(context: BenchContext, packager: Packager, project: string, template: string): Promise<Row[]> {
  const { args, command, env } = await packager.prepare(context, project);
  const times: number[] = [];
  for (let round = 0; round <= rounds(context); round += 1) {
    const started = performance.now();
    await output(command ?? process.execPath, args, { cwd: project, env: { ...process.env, ...env } });
    if (round > 0) times.push((performance.now() - started) / 1000);
  }
  const code = Object.entries(await packager.files(project)).filter(([name]) => !name.endsWith(".map"));
  const bytes = code.reduce((sum, [, file]) => sum + file.length, 0);
  const gzipped = code.reduce((sum, [, file]) => sum + gzipSync(file, { level: 9 }).length, 0);
  const size = `${(bytes / 1000).toFixed(0)} KB, ${(gzipped / 1000).toFixed(0)} KB gzipped`;
  context.log(`${template}, ${packager.name}: ${formatSeries(summarise(times), 1)} s, ${size}`);
  return [
    { what: `build of ${template}`, subject: packager.name, value: `${formatSeries(summarise(times), 1)} s; ${size}` },
  ];
}

async function deploying(context: BenchContext): Promise<Row[]> {
  const model = await startBareStack(context, "memory");
  const server = await startMiniStack(context);
  try {
    const project = await makeProject(context, { "ai-pipeline.config.ts": configFor(model.endpoint) });
    const cli = async (...argv: string[]) =>
      (await runMeasured([cliOf(context), ...argv, ...AT, server.endpoint], { cwd: project })).ms;
    await runMeasured([cliOf(context), "bootstrap", "--yes", ...AT.slice(2), server.endpoint], { cwd: project });
    const deployed = await cli("deploy", "--yes", "--json");
    const first = await cli("submit", "What is a dead-letter queue?", "--wait", "--json");
    const ours: number[] = [];
    for (let round = 0; round < rounds(context); round += 1) {
      const text = `import { defineWorker } from "ai-pipeline/runtime";\n\nexport const handler = defineWorker({ run: () => ${round} });\n`;
      await writeFile(join(project, "src", "worker.ts"), text);
      ours.push(await cli("deploy", "--code-only", "--json"));
    }
    const plain = await updateByHand(server, rounds(context));
    const [mine, bare] = [summarise(ours), summarise(plain)];
    return [
      {
        what: "deploy of a new stage, and the first result after it",
        subject: `ai-pipeline on ${MINISTACK}`,
        value: `${(deployed / 1000).toFixed(1)} s and ${(first / 1000).toFixed(1)} s`,
      },
      { what: "one function's code", subject: `UpdateFunctionCode on ${MINISTACK}`, value: `${formatSeries(bare)} ms` },
      {
        what: "one function's code, bundled, live and compared",
        subject: `ai-pipeline deploy --code-only on ${MINISTACK}`,
        value: `${formatSeries(mine)} ms, ${Math.round(mine.median - bare.median)} ms more`,
      },
    ];
  } finally {
    await server.close();
    await model.close();
  }
}

async function updateByHand({ endpoint }: RunningServer, times: number): Promise<number[]> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const lambda = new LambdaClient({ endpoint, region: "us-east-1", credentials });
  const FunctionName = "bench-dev-worker";
  const series: number[] = [];
  for (let round = 0; round <= times; round += 1) {
    const text = `export const handler = async () => ${round};\n`;
    const ZipFile = zipSync({ "index.mjs": Buffer.from(text) });
    const started = performance.now();
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    // The SDK's waiter looks once a second at most.
    for (let state = ""; state !== "Successful"; await sleep(20))
      state = (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).LastUpdateStatus ?? "";
    if (round > 0) series.push(performance.now() - started);
  }
  lambda.destroy();
  return series;
}

const configFor = (endpoint: string) => `import { defineConfig } from "ai-pipeline";

export default defineConfig({
  app: "bench",
  worker: {
    environment: { OPENAI_BASE_URL: "${endpoint}/_ai-pipeline/model/v1", OPENAI_API_KEY: "offline", OPENAI_MODEL: "offline" },
  },
});
`;
