import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type PeerContext, Skipped } from "./peer.ts";
import { output } from "./spawn.ts";

/** Both on the same botocore. */
const CLI = "1.45.11";
const BOTO3 = "1.43.11";
export const AWS_PYTHON = `the AWS CLI ${CLI} and boto3 ${BOTO3}`;

/** The last botocore that speaks SQS's query protocol. */
const OLD_BOTO3 = "1.28.80";
const OLD_BOTOCORE = "1.31.80";
export const OLD_PYTHON = `boto3 ${OLD_BOTO3}, of before SQS spoke JSON`;

/** From PyPI into a virtual environment. @returns its `bin`. @throws Skipped when it cannot be had. */
export const installAwsPython = (context: PeerContext): Promise<string> =>
  install(context, `aws-${CLI}`, AWS_PYTHON, [`awscli==${CLI}`, `boto3==${BOTO3}`]);

/** As `installAwsPython`. */
export const installOldPython = (context: PeerContext): Promise<string> =>
  install(context, `boto3-${OLD_BOTO3}`, OLD_PYTHON, [`boto3==${OLD_BOTO3}`, `botocore==${OLD_BOTOCORE}`]);

async function install({ cache, log }: PeerContext, name: string, title: string, packages: string[]): Promise<string> {
  const dir = join(cache, name);
  const bin = join(dir, "bin");
  // Written last: an environment that was cut off is made anew.
  const marker = join(dir, "installed");
  if (existsSync(marker)) return bin;
  log(`installing ${title}`);
  try {
    await rm(dir, { recursive: true, force: true });
    await mkdir(cache, { recursive: true });
    await output("python3", ["-m", "venv", dir]);
    await output(join(bin, "pip"), ["install", "--quiet", ...packages]);
    await mkdir(marker);
    return bin;
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw new Skipped("python3 or PyPI is not at hand", { cause: error });
  }
}
