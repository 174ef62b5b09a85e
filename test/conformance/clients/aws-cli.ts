import { spawn } from "node:child_process";
import { join } from "node:path";
import { plainEnv } from "../../../scripts/peers/spawn.ts";

export interface CliAnswer {
  code: number | null;
  stdout: string;
  /** Without the empty lines that the CLI puts around an error. */
  stderr: string;
}

export interface AwsCli {
  /** Runs `aws ... --endpoint-url`. A word of several lines or spaces is one argument when it is given apart. */
  run(words: string, ...rest: string[]): Promise<CliAnswer>;
  /** As `run`; @returns what it printed, parsed. @throws Error when the CLI failed. */
  json(words: string, ...rest: string[]): Promise<unknown>;
  /** Starts a command that goes on for ever, and ends it when it has printed what is looked for. @returns its output. */
  until(pattern: RegExp, words: string, ...rest: string[]): Promise<string>;
}

/** @param bin folder of the program. @param home an empty folder, so that no configuration of the machine's is read. */
export function createAwsCli(bin: string, endpoint: string, home: string): AwsCli {
  const env = plainEnv({
    HOME: home,
    AWS_MAX_ATTEMPTS: "1",
    AWS_PAGER: "",
    PYTHONWARNINGS: "ignore",
    PYTHONUNBUFFERED: "1",
    AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
  });
  const start = (words: string, rest: string[]) => {
    const args = [...words.split(" "), ...rest, "--endpoint-url", endpoint];
    return spawn(join(bin, "aws"), args, { cwd: home, env, stdio: ["ignore", "pipe", "pipe"] });
  };
  const run = async (words: string, ...rest: string[]): Promise<CliAnswer> => {
    const child = start(words, rest);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
    return { code, stdout, stderr: stderr.trim() };
  };
  return {
    run,
    async json(words, ...rest) {
      const answer = await run(words, ...rest);
      if (answer.code !== 0) throw new Error(`aws ${words} exited with ${answer.code}: ${answer.stderr}`);
      return answer.stdout === "" ? undefined : JSON.parse(answer.stdout);
    },
    until(pattern, words, ...rest) {
      const child = start(words, rest);
      let text = "";
      const take = (chunk: string) => {
        text += chunk;
        if (pattern.test(text)) child.kill();
      };
      child.stdout.setEncoding("utf8").on("data", take);
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      return new Promise((resolve, reject) => child.on("error", reject).on("close", () => resolve(text)));
    },
  };
}
