import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cli } from "./commands/shared/cli.ts";
import type { AccountTarget } from "./contract/account.ts";
import { type Clock, systemClock } from "./contract/clock.ts";
import { EXIT, type ExitCode } from "./contract/exit.ts";
import type { IacKind, InfrastructureDriver, InfrastructureInput } from "./contract/infrastructure.ts";
import type { BuiltCode } from "./contract/operations/build.ts";
import { findInstallation, invocation } from "./lib/installation.ts";
import { InterruptedError } from "./lib/interrupt.ts";
import type { CodeSource, Services } from "./lib/services.ts";
import { views } from "./ui/views/index.ts";

// What every start needs is imported here; everything else where it is used, so that `--version` costs little more than Node.

/** Runs the process's command line on its own streams, and ends the process: the only place that does. */
export async function main(): Promise<void> {
  const { argv, env, stdout, stderr } = process;
  // Kept, as a configuration that is being loaded has none.
  const exit = process.exit.bind(process);
  // Should anything end the process before its time, that is no success.
  process.exitCode = EXIT.error;
  const installation = findInstallation(fileURLToPath(import.meta.url));
  const controller = new AbortController();
  const interrupt = (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => {
    // Once ends cleanly; whoever asks again means it.
    if (controller.signal.aborted) exit(signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated);
    controller.abort(new InterruptedError(signal));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt(signal));
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that went away (`| head`) wants no more; nothing is wrong.
    if (error.code === "EPIPE") exit(EXIT.completed);
    stderr.write(
      `Error: The output could not be written: ${error.message}\n  at stdout\n  What was done is done: make room or name another file, and ask again (tasks list, watch).\n`,
    );
    exit(EXIT.error);
  });
  const cli: Cli = {
    io: {
      // Opening a stream costs time, and few commands read one.
      get stdin() {
        return process.stdin;
      },
      stdout,
      stderr,
      color: !env["NO_COLOR"],
      plain: env["TERM"] === "dumb",
    },
    views,
    run: (words) => runWithin(words, cli),
    interrupt: () => interrupt("SIGINT"),
    place: {
      cwd: process.cwd(),
      env,
      clock: systemClock,
      signal: controller.signal,
      services: createServices(installation.root, env),
      installation,
      pid: process.pid,
    },
  };
  const exitCode = await runCli(argv.slice(2), cli);
  await Promise.all([drained(stdout), drained(stderr)]);
  // A write that failed says so in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  exit(exitCode);
}

/** Runs a command line and shows what goes wrong. @returns what to exit with. */
export async function runCli(argv: readonly string[], cli: Cli): Promise<ExitCode> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    cli.io.stdout.write(`${cli.place.installation.version}\n`);
    return EXIT.completed;
  }
  try {
    const { runProgram } = await import("./program.ts");
    return await runProgram(argv, cli, invocation(cli.place.installation, cli.place.cwd));
  } catch (error) {
    // What a signal cut short fails in many ways; the signal is why.
    return showError(await causeOf(error, cli.place.signal), argv, cli);
  }
}

async function causeOf(error: unknown, signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted) return error;
  const { PipelineError } = await import("./contract/errors.ts");
  return error instanceof PipelineError ? error : signal.reason;
}

/** Runs a command line within another command, which goes on when Ctrl-C has ended this one. */
export async function runWithin(argv: readonly string[], outer: Cli): Promise<ExitCode> {
  const { within } = await import("./commands/shared/cli.ts");
  return runCli(argv, within(outer));
}

async function showError(thrown: unknown, argv: readonly string[], cli: Cli): Promise<ExitCode> {
  const [{ toPipelineError }, { presentError }] = await Promise.all([
    import("./lib/errors.ts"),
    import("./ui/render/error.ts"),
  ]);
  const flags = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : undefined);
  const debug = flags.includes("--debug");
  const error = toPipelineError(thrown, debug);
  const format = flags.includes("--json") ? ("json" as const) : ("auto" as const);
  const stack = debug && thrown instanceof Error ? stackOf(thrown) : undefined;
  await presentError(
    error,
    { io: cli.io, format, views: cli.views, interrupt: cli.interrupt, now: cli.place.clock.now },
    stack,
  );
  return error.exitCode;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) return resolve();
    stream.write("", () => resolve());
  });
}

/** The provider and the stack, each loaded when a command needs it. */
export function createServices(root: string, env: Readonly<Record<string, string | undefined>>): Services {
  const loadProvider = () => Promise.all([import("./providers/aws/index.ts"), import("./client/index.ts")]);
  const provider = async () => {
    const [{ createAwsProvider }, { createClient }] = await loadProvider();
    return createAwsProvider({ connect: createClient, clock: systemClock, env });
  };
  return {
    prepareStage({ described }) {
      loadProvider().then(
        ([{ prepareClients }]) => described || prepareClients(),
        () => undefined,
      );
    },
    openStage: async (target, options) => (await provider()).open(target, options),
    openQueues: async (target) => (await provider()).openQueues(target),
    buildCode: (source) => buildProject(root, source),
    async openAccount(target) {
      const { openAccount } = await import("./providers/aws/account/index.ts");
      return openAccount(target, env, systemClock);
    },
    openInfrastructure: (input, kind, target) => INFRASTRUCTURE[kind](input, { target, env, clock: systemClock }),
    async startStack(options) {
      const { startStack } = await import("./local/stack.ts");
      const { projectDir, config, watch, inspect, ...stackOptions } = options;
      const stack = await startStack({
        ...stackOptions,
        clock: systemClock,
        project: {
          dir: projectDir,
          config,
          modules: ownModules(root),
          ...apiCode(root),
          shell: env,
          watch,
          ...(inspect === undefined ? {} : { inspect }),
        },
      });
      const { deployment } = stack;
      if (!deployment) throw new Error("The local stack started without its project.");
      return {
        endpoint: stack.endpoint,
        port: stack.port,
        outputs: deployment.outputs,
        token: deployment.token,
        webhookSecret: deployment.webhookSecret,
        controlToken: stack.controlToken,
        offline: deployment.offline,
        depths: () => deployment.depths(),
        consumption: () => deployment.consumption(),
        describe: () => deployment.describe(),
        faults: () => stack.faults.list().map(({ fault }) => fault),
        close: () => stack.close(),
      };
    },
  };
}

async function buildProject(root: string, { projectDir, config, what, outDir }: CodeSource): Promise<BuiltCode> {
  const { buildCode } = await import("./local/build.ts");
  return buildCode({ dir: projectDir, config, modules: ownModules(root), ...apiCode(root) }, what, outDir);
}

type OpenInfrastructure = (
  input: InfrastructureInput,
  options: { target: AccountTarget; env: Readonly<Record<string, string | undefined>>; clock: Clock },
) => Promise<InfrastructureDriver>;

/** Each kind of infrastructure as code, loaded when a project has it. */
const INFRASTRUCTURE: Record<IacKind, OpenInfrastructure> = {
  async cloudformation(input, options) {
    const { openCloudFormation } = await import("./providers/aws/cloudformation/index.ts");
    return openCloudFormation(input, options);
  },
  async terraform(input, options) {
    const { openTerraform } = await import("./providers/terraform/index.ts");
    return openTerraform(input, options);
  },
};

/** What `ai-pipeline/...` means in a project that has no copy of its own: the built files, or the sources in a checkout. */
function ownModules(root: string) {
  const built = join(root, "dist");
  if (isBuilt())
    return {
      main: join(built, "index.js"),
      runtime: join(built, "runtime", "index.js"),
      client: join(built, "client", "index.js"),
      api: join(built, "runtime", "index.js"),
    };
  const source = join(root, "src");
  return {
    main: join(source, "index.ts"),
    runtime: join(source, "runtime", "index.ts"),
    client: join(source, "client", "index.ts"),
    api: join(source, "runtime", "index.ts"),
  };
}

function apiCode(root: string): { apiCodeDir?: string } {
  const dir = join(root, "dist", "functions");
  return isBuilt() && existsSync(dir) ? { apiCodeDir: dir } : {};
}

/** Whether this very file is the bundle. */
function isBuilt(): boolean {
  return dirname(fileURLToPath(import.meta.url)).endsWith("dist");
}
