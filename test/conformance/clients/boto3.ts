import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { z } from "zod";
import { plainEnv } from "../../../scripts/peers/spawn.ts";

const reply = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z
    .object({
      type: z.string(),
      text: z.string(),
      code: z.string().optional(),
      members: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  status: z.number().nullable(),
  problems: z.array(z.string()),
});

export interface CallOptions {
  /** Of botocore's `Config`. */
  config?: Record<string, unknown>;
  /** How many events of the answer's stream are read. */
  events?: number;
}

export interface Boto3Answer {
  result: unknown;
  /** `text` as Python prints the exception. */
  error?: { type: string; text: string; code?: string; members?: Record<string, unknown> };
  /** HTTP status of the last answer. */
  status: number | null;
  /** What botocore's model finds wrong with the answers. */
  problems: string[];
}

/** boto3 in a Python process of its own. Operations are the client's methods; bytes are `bytes(...)`. */
export interface Boto3 {
  answer(service: string, operation: string, params?: object, options?: CallOptions): Promise<Boto3Answer>;
  /** @returns the result of a call that succeeds and whose answer the model knows. */
  ok(service: string, operation: string, params?: object, options?: CallOptions): Promise<unknown>;
  /** @returns the error's text of a call that fails as the model says. */
  fails(service: string, operation: string, params?: object, options?: CallOptions): Promise<string>;
  close(): void;
}

/** Bytes as the driver takes them. */
export const bytes = (data: Buffer | string) => ({ $bytes: Buffer.from(data).toString("base64") });

/** @param bin folder of the Python that has boto3. */
export function startBoto3(bin: string, endpoint: string, home: string): Boto3 {
  const driver = join(import.meta.dirname, "python", "driver.py");
  const child = spawn(join(bin, "python"), ["-B", driver, endpoint], {
    cwd: home,
    env: plainEnv({ HOME: home, PYTHONWARNINGS: "ignore" }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const waiting = new Map<number, { resolve(answer: Boto3Answer): void; reject(error: Error): void }>();
  let last = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, error, ...answer } = reply.parse(JSON.parse(line));
    // What Python left out is absent here, too.
    waiting
      .get(id)
      ?.resolve({ ...answer, result: answer.result, ...(error ? { error: withoutUndefined(error) } : {}) });
    waiting.delete(id);
  });
  child.once("close", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`The boto3 driver ended with ${code}.`));
  });
  const answer: Boto3["answer"] = (service, operation, params = {}, options = {}) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id, service, operation, params, ...options })}\n`);
    });
  return {
    answer,
    async ok(service, operation, params, options) {
      const { result, error, problems } = await answer(service, operation, params, options);
      expect({ operation, error, problems }).toEqual({ operation, error: undefined, problems: [] });
      return result;
    },
    async fails(service, operation, params, options) {
      const { error, problems } = await answer(service, operation, params, options);
      expect({ operation, problems }).toEqual({ operation, problems: [] });
      return error?.text ?? `${operation} did not fail.`;
    },
    close: () => void child.kill(),
  };
}

function withoutUndefined(error: NonNullable<z.infer<typeof reply>["error"]>): NonNullable<Boto3Answer["error"]> {
  const { type, text, code, members } = error;
  return { type, text, ...(code === undefined ? {} : { code }), ...(members === undefined ? {} : { members }) };
}
