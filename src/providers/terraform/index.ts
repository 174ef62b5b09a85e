import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountTarget } from "../../contract/account.ts";
import type { Clock } from "../../contract/clock.ts";
import type {
  DriverStep,
  InfrastructureDriver,
  InfrastructureInput,
  InfrastructurePlan,
} from "../../contract/infrastructure.ts";
import { isLoopback } from "../../contract/loopback.ts";
import { applyPlan, stale } from "./apply.ts";
import { planFailure } from "./failure.ts";
import { refuseForeignState } from "./foreign.ts";
import { type Diagnostic, parseMessage } from "./message.ts";
import { readPlan } from "./plan.ts";
import { findProgram } from "./program.ts";
import { run, type RunPlace, runToEnd } from "./run.ts";
import { isData, stateMark } from "./state.ts";
import { notOurs, readToken, writeToken } from "./token.ts";
import { inputVariables } from "./variables.ts";

export interface DriverOptions {
  target: AccountTarget;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}

/** A stage as a workspace of the project's own configuration, by the Terraform or OpenTofu on PATH. */
export function openTerraform(input: InfrastructureInput, { target, env, clock }: DriverOptions): InfrastructureDriver {
  const { directory, stage } = input;
  const place = { directory, env: environmentOf(target, env) };
  let prepared: Promise<RunPlace> | undefined;
  let folder: Promise<string> | undefined;

  /** Takes providers and the stage's workspace; once a driver. */
  const prepare = (signal: AbortSignal) => (prepared ??= makeReady(signal));

  async function makeReady(signal: AbortSignal): Promise<RunPlace> {
    const bare = { ...place, program: await findProgram(env, signal) };
    await must(bare, ["init", "-input=false", "-no-color"], signal);
    const chosen = (await must(bare, ["workspace", "show"], signal)).trim();
    if (chosen !== stage) {
      await must(bare, ["workspace", "select", "-or-create=true", stage], signal);
      // It is there now, and every call names it: whose folder this is may have chosen another for work of their own.
      await must(bare, ["workspace", "select", chosen], signal);
    }
    return { ...bare, workspace: stage };
  }

  async function must(where: RunPlace, words: string[], signal: AbortSignal): Promise<string> {
    const { exitCode, stdout, stderr } = await runToEnd(where, words, signal);
    signal.throwIfAborted();
    if (exitCode !== 0) throw planFailure([], stderr, where);
    return stdout;
  }

  /** @returns the addresses of what the stage has. */
  async function listed(where: RunPlace, signal: AbortSignal): Promise<string[]> {
    const { exitCode, stdout, stderr } = await runToEnd(where, ["state", "list"], signal);
    signal.throwIfAborted();
    if (exitCode !== 0 && !stderr.includes("No state file was found")) throw planFailure([], stderr, where);
    return exitCode === 0 ? stdout.split("\n").filter((address) => address !== "") : [];
  }

  const markOf = async (where: RunPlace, signal: AbortSignal) =>
    stateMark((await runToEnd(where, ["state", "pull"], signal)).stdout);

  /** A file that nobody else may read: variables and plans tell settings. */
  async function privateFile(name: string, content: string | Uint8Array): Promise<string> {
    folder ??= mkdtemp(join(tmpdir(), "ai-pipeline-terraform-"));
    const file = join(await folder, name);
    await writeFile(file, content, { mode: 0o600 });
    return file;
  }

  /** @returns what limits a removal to everything but the data: what depends on nothing else may stay alone. */
  async function allButData(where: RunPlace, signal: AbortSignal): Promise<string[]> {
    return (await listed(where, signal))
      .filter((address) => !address.startsWith("data.") && !isData(address))
      .map((address) => `-target=${address}`);
  }

  async function* plan(
    what: "deploy" | "destroy",
    signal: AbortSignal,
  ): AsyncGenerator<DriverStep, InfrastructurePlan> {
    yield { type: "step", text: `init in ${directory}` };
    const where = await prepare(signal);
    const recorded = await must(where, ["output", "-json"], signal);
    refuseForeignState(input, recorded, (await listed(where, signal)).length > 0);
    yield { type: "step", text: `${where.program.name} ${where.program.version} plans` };
    const variables = await privateFile("terraform.tfvars.json", JSON.stringify(inputVariables(input)));
    const file = await privateFile("plan", "");
    const words = ["plan", "-json", "-input=false", "-no-color", `-out=${file}`, `-var-file=${variables}`];
    if (what === "destroy") words.push("-destroy");
    if (what === "destroy" && input.keep) {
      const targets = await allButData(where, signal);
      if (targets.length === 0) return { kind: "terraform", token: "", changes: [], notes: [] };
      words.push(...targets);
    }
    const running = run(where, words, signal);
    const diagnostics: Diagnostic[] = [];
    let next = await running.next();
    for (; !next.done; next = await running.next()) {
      const message = parseMessage(next.value);
      if (message?.type === "diagnostic") diagnostics.push(message.diagnostic);
    }
    signal.throwIfAborted();
    if (next.value.exitCode !== 0) throw planFailure(diagnostics, next.value.stderr, where);
    await chmod(file, 0o600);
    const { changes, drift } = readPlan(await must(where, ["show", "-json", "-no-color", file], signal));
    return {
      kind: "terraform",
      token: writeToken({ what, file: await readFile(file), state: await markOf(where, signal) }),
      changes,
      notes: [...drift, ...diagnostics.filter(isNews).map(({ summary }) => summary)],
    };
  }

  return {
    kind: "terraform",
    async ready(signal) {
      await findProgram(env, signal);
    },
    async state(signal) {
      const addresses = await listed(await prepare(signal), signal);
      return { state: addresses.length === 0 ? "absent" : "ready" };
    },
    plan,
    async *apply(made, signal) {
      if (made.changes.length === 0) return;
      const token = readToken(made.token);
      const where = await prepare(signal);
      const file = await privateFile("plan", token.file);
      yield* applyPlan({ place: where, file, what: token.what, changes: made.changes, stage, clock }, signal);
    },
    async verify(made, what, signal) {
      if (made.token === "") return;
      const token = readToken(made.token);
      if (token.what !== what) throw notOurs();
      if (token.state !== (await markOf(await prepare(signal), signal))) throw stale(stage);
    },
    discard: () => Promise.resolve(),
    async close() {
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

/** Limiting a removal on purpose is no news to whoever asked for it. */
const isNews = ({ severity, summary }: Diagnostic) =>
  severity === "warning" && !/^(Resource targeting is in effect|Applied changes may be incomplete)/.test(summary);

/** The flags of the command line, as the provider reads them. A server on this machine takes any keys, but wants some. */
function environmentOf({ region, profile, endpoint }: AccountTarget, env: DriverOptions["env"]): DriverOptions["env"] {
  const keys =
    isLoopback(endpoint ?? env["AWS_ENDPOINT_URL"]) && !profile && !env["AWS_PROFILE"] && !env["AWS_ACCESS_KEY_ID"];
  return {
    ...env,
    ...(keys ? { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" } : {}),
    ...(region ? { AWS_REGION: region } : {}),
    ...(profile ? { AWS_PROFILE: profile } : {}),
    ...(endpoint ? { AWS_ENDPOINT_URL: endpoint } : {}),
  };
}
