import { UsageError } from "../../contract/errors.ts";
import { WEBHOOK_SECRET } from "../../contract/resources.ts";
import { thousands } from "../../contract/thousands.ts";

/** They become environment variables of the worker. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,127}$/;
/**
 * Variables that are set before a function's code runs, by Lambda, the system or the infrastructure: what is set already stays,
 * and Node reads its own only as it starts. Bedrock's key alone is the worker's to choose. And `outputs` is what everybody
 * may read of a stage, by a policy that knows names alone.
 */
const TAKEN =
  /^(AWS_(?!BEARER_TOKEN_BEDROCK$)|LAMBDA_|AI_PIPELINE_|LD_|NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED)$|(PATH|HOME|LANG|TZ|TMPDIR|PWD|outputs)$)/;
/** What a standard parameter holds (SSM's quota). */
const MOST_BYTES = 4096;
/** A key of 24 to 64 bytes (Standard Webhooks). */
const KEY_BYTES = { min: 24, max: 64 };

/** @throws UsageError `SECRET_NAME_INVALID`, or `SECRET_ON_COMMAND_LINE` for `NAME=value`; none repeats what was given. */
export function checkSecretName(name: string): void {
  if (NAME.test(name)) return;
  const equals = name.indexOf("=");
  if (equals > 0) throw secretOnCommandLine(name.slice(0, equals));
  throw new UsageError("What was given cannot be the name of a secret.", {
    code: "SECRET_NAME_INVALID",
    where: "secrets <name>",
    hint: [
      "Use letters, digits and _, beginning with a letter: it becomes an environment variable of the worker.",
      "It is not repeated here, as it may be a value.",
    ],
  });
}

/** @throws UsageError `SECRET_NAME_TAKEN` for a name whose value would reach no code. */
export function refuseTakenName(name: string): void {
  if (!TAKEN.test(name)) return;
  throw new UsageError(`A secret cannot be named ${name}: that name is taken before secrets are read.`, {
    code: "SECRET_NAME_TAKEN",
    where: "secrets set <name>",
    hint: "Nothing was changed. Choose another name, and read that one in the worker: process.env.MY_KEY",
  });
}

/** @param name what stands where the name should; repeated only when it is one. */
export function secretOnCommandLine(name: string): UsageError {
  const shown = NAME.test(name) ? name : "NAME";
  return new UsageError("A secret's value does not stand on the command line.", {
    code: "SECRET_ON_COMMAND_LINE",
    where: "secrets set",
    hint: [
      "Other users of this machine can read it there, and the shell's history keeps it: change it where you got it from.",
      `Then give it on stdin (secrets set ${shown} < FILE), or type it when asked (secrets set ${shown}).`,
    ],
  });
}

/**
 * @param text as it came from stdin or a prompt; one line break at its end is the pipe's, and is left out.
 * @returns the value. @throws UsageError `SECRET_INVALID`, whose message never holds it.
 */
export function secretValue(name: string, text: string): string {
  const value = text.replace(/\r?\n$/, "");
  const problem = problemOf(name, value);
  if (problem === undefined) return value;
  throw new UsageError(`The value for ${name} cannot be used: ${problem}.`, {
    code: "SECRET_INVALID",
    where: "stdin",
    hint: "Nothing was changed.",
  });
}

function problemOf(name: string, value: string): string | undefined {
  if (value.trim() === "") return "it is empty";
  // An environment variable ends at one.
  if (value.includes("\0")) return "it holds a NUL character";
  const bytes = Buffer.byteLength(value);
  if (bytes > MOST_BYTES) return `it has ${thousands(bytes)} bytes, of ${thousands(MOST_BYTES)} at most`;
  if (name !== WEBHOOK_SECRET) return undefined;
  const key = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(value)?.[1];
  const length = key === undefined ? 0 : Buffer.from(key, "base64").length;
  if (length >= KEY_BYTES.min && length <= KEY_BYTES.max) return undefined;
  return `it must be whsec_ and ${KEY_BYTES.min} to ${KEY_BYTES.max} bytes in base64; --generate makes one`;
}
