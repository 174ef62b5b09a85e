import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import type { Clock } from "../contract/clock.ts";
import type { ResolvedConfig } from "../contract/config.ts";
import { AbortError } from "../contract/errors.ts";
import type { TaskEvent } from "../contract/event.ts";
import type { StackEvent } from "./context.ts";
import type { Faults } from "./faults/index.ts";
import { createKernel } from "./kernel.ts";
import { deployProject, type Deployment } from "./project.ts";
import { createRouter } from "./router.ts";
import { listen, type Listening } from "./server.ts";
import { createServices, type Services } from "./services.ts";

export interface StackOptions {
  /** Folder of the state; absent: all in memory. */
  stateDir?: string;
  /** 0 for any free port. */
  port: number;
  /** True when the user named the port: then it must be free. Else another free one is taken. */
  portRequired: boolean;
  /** Divides visibility timeouts, delays and back-off. */
  speed: number;
  /** As `--fault` takes them. */
  faults: string[];
  seed?: number;
  /** Drops the state first. */
  fresh: boolean;
  clock: Clock;
  onEvent(event: StackEvent): void;
  /** Told what is written of the project's tasks, in the order of the writes. */
  onTask?(event: TaskEvent): void;
  /** Absent: bare AWS services, as tests and other tools want them. */
  project?: ProjectOptions;
}

export interface ProjectOptions {
  dir: string;
  config: ResolvedConfig;
  /** Modules that `ai-pipeline`, `ai-pipeline/runtime` and `ai-pipeline/client` mean when the project has no copy of its own. */
  modules: { main: string; runtime: string; client: string; api: string };
  /** Built API functions; absent: they are bundled at start. */
  apiCodeDir?: string;
  /** The shell's variables; only the model's are passed on. */
  shell: Record<string, string | undefined>;
  /** Port of the worker's inspector. */
  inspect?: number;
  /** Bundle again on save. */
  watch: boolean;
}

export interface LocalStack {
  /** `http://127.0.0.1:<port>`. */
  endpoint: string;
  port: number;
  /** Header token of the control routes under `/_ai-pipeline`. */
  controlToken: string;
  faults: Faults;
  services: Services;
  /** Present when a project runs. */
  deployment?: Deployment;
  /** Ends every child and socket; the state stays on disk. */
  close(): Promise<void>;
}

/**
 * Starts the embedded AWS stack on the loopback address.
 * @throws AbortError `PORT_TAKEN` when the named port is in use.
 */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  if (options.fresh && options.stateDir) rmSync(options.stateDir, { recursive: true, force: true });
  const random = options.seed === undefined ? Math.random : seededRandom(options.seed);
  const kernel = await createKernel({ ...options, random });
  // Browsers of these origins upload documents by presigned addresses.
  const allowedOrigins = options.project?.config.api.allowedOrigins ?? [];
  const services = createServices(kernel.context, {
    faults: options.faults,
    allowedOrigins,
    ...(options.stateDir ? { stateDir: options.stateDir } : {}),
  });
  const controlToken = randomBytes(24).toString("base64url");
  const router = createRouter(kernel.context, { ...services, controlToken, allowedOrigins });
  let server: Listening | undefined;
  const close = async () => {
    kernel.stopping();
    // Functions first: a worker that is ended must not find its services gone before it is.
    await services.close();
    await server?.close();
  };
  try {
    server = await listenOn(options, router);
    kernel.setEndpoint(server.endpoint);
    const deployment = options.project
      ? deployProject(kernel.context, services, { ...options, project: options.project })
      : undefined;
    if (deployment) {
      const control = { "GET stage": () => deployment.describe() };
      router.use({ http: deployment.api, socket: deployment.sockets, control });
    }
    return {
      endpoint: server.endpoint,
      port: server.port,
      controlToken,
      faults: services.faults,
      services,
      ...(deployment ? { deployment } : {}),
      close: async () => {
        kernel.stopping();
        await deployment?.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenOn(options: StackOptions, router: ReturnType<typeof createRouter>): Promise<Listening> {
  try {
    return await listen({ port: options.port, ...router });
  } catch (error) {
    if (!isErrno(error) || (error.code !== "EADDRINUSE" && error.code !== "EACCES")) throw error;
    if (!options.portRequired) return listen({ port: 0, ...router });
    throw new AbortError(
      `Port ${options.port} cannot be used: ${error.code === "EACCES" ? "not permitted" : "something else listens there"}.`,
      {
        code: "PORT_TAKEN",
        where: "--port",
        hint: ["Take any free port: --port 0", `See what listens: lsof -i :${options.port}`],
        cause: error,
      },
    );
  }
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}

/** Mulberry32: enough for faults that can be repeated. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
