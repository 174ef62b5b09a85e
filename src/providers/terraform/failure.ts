import { stripVTControlCharacters } from "node:util";
import { AbortError, AuthorizationError, ExternalError, type PipelineError } from "../../contract/errors.ts";
import type { Diagnostic } from "./message.ts";
import type { RunPlace } from "./run.ts";
import { errorsIn } from "./stderr.ts";

/** Words by which the providers and backends say that nobody they know is asking. */
const NO_CREDENTIALS =
  /No valid credential sources|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|token .*expired|failed to refresh cached credentials|SSO session/i;

/**
 * What is wrong before Terraform can speak JSON (a configuration that it cannot read, a provider that cannot be had) is read from
 * `stderr`.
 * @returns what a run that failed before anything was changed is told as.
 */
export function planFailure(diagnostics: readonly Diagnostic[], stderr: string, place: RunPlace): PipelineError {
  const { directory } = place;
  const written = diagnostics.filter(({ severity }) => severity === "error");
  const errors = written.length > 0 ? written : errorsIn(stderr);
  const first = errors[0];
  if (!first) return withoutError(stderr, directory);
  const lock = lockFailure(first, place);
  if (lock) return lock;
  const text = sentence(first);
  if (NO_CREDENTIALS.test(text)) return noCredentials(text, directory);
  if (/AWS account ID not allowed/.test(text)) {
    return new AbortError(`This is another account than the one the stage belongs to: ${text}`, {
      code: "ACCOUNT_MISMATCH",
      where: "the variable account",
      hint: "Use the credentials of that account; nothing was changed.",
    });
  }
  const more = errors.slice(1).map((other) => `${placeOf(other) ?? other.address ?? "also"}: ${sentence(other)}`);
  if (written.length === 0 && !first.range) {
    return new ExternalError(text, {
      code: "TERRAFORM_FAILED",
      where: directory,
      hint: [...more, "Nothing was changed."],
    });
  }
  return new AbortError(text, {
    code: "IAC_INVALID",
    where: placeOf(first, directory) ?? first.address ?? directory,
    hint: [...snippetOf(first), ...more, "Mend it and run the command again; nothing was changed."],
  });
}

function noCredentials(text: string, where: string): PipelineError {
  return new AuthorizationError("Terraform found no AWS credentials that are good.", {
    code: "CREDENTIALS_MISSING",
    where,
    hint: [text, "Sign in (aws sso login), or set AWS_PROFILE, or use --profile."],
  });
}

/** @returns what a state that somebody else holds is told as; undefined for any other failure. */
export function lockFailure(
  { summary, detail }: Pick<Diagnostic, "summary" | "detail">,
  { directory, workspace, program }: Pick<RunPlace, "directory" | "workspace" | "program">,
): PipelineError | undefined {
  if (!/Error (acquiring|locking) (the )?state( lock)?/i.test(summary)) return undefined;
  const field = (name: string) => new RegExp(`^\\s*${name}:\\s*(.+)$`, "m").exec(detail)?.[1]?.trim();
  const [who, since, id, operation] = [field("Who"), field("Created"), field("ID"), field("Operation")];
  // A state that cannot be read is told under the same words.
  if (id === undefined && !/locked|unavailable|ConditionalCheckFailed|PreconditionFailed/.test(detail))
    return undefined;
  return new AbortError(`Somebody else is changing this stage${who ? `: ${who}` : ""}.`, {
    code: "STAGE_BUSY",
    ...(since ? { where: `locked since ${since}${operation ? ` for ${operation}` : ""}` } : {}),
    hint: [
      "Wait until it is done and run the command again; nothing was changed.",
      ...(id
        ? [
            `If nobody is at work any more, the lock was left behind. Give it up, in ${directory}:`,
            `  ${workspace ? `TF_WORKSPACE=${workspace} ` : ""}${program.name} force-unlock ${id}`,
          ]
        : []),
    ],
  });
}

/** @returns an error of Terraform as one sentence or more. */
export function sentence({ summary, detail }: Pick<Diagnostic, "summary" | "detail">): string {
  const rest = detail.trim().replaceAll(/\s+/g, " ");
  if (rest === "" || summary.includes(rest)) return ended(summary);
  return /^(Error: )?(Invalid value for variable|Resource (pre|post)condition failed)$/.test(summary)
    ? ended(rest)
    : `${summary.replace(/[:.]$/, "")}: ${ended(rest)}`;
}

const ended = (text: string) => (/[.!?)]$/.test(text) ? text : `${text}.`);

/** @returns `infra/queues.tf:12:3`, as far as it is known: text tells no column. */
function placeOf({ range }: Diagnostic, directory?: string): string | undefined {
  if (!range) return undefined;
  const file = directory === undefined ? range.filename : `${directory}/${range.filename}`;
  return [file, range.start.line, range.start.column].filter((part) => part !== undefined).join(":");
}

const snippetOf = ({ snippet }: Diagnostic) => (snippet ? [snippet.code.trim()] : []);

function withoutError(stderr: string, directory: string): PipelineError {
  const lines = stripVTControlCharacters(stderr)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return new ExternalError(ended(lines.at(-1) ?? "Terraform failed without a word"), {
    code: "TERRAFORM_FAILED",
    where: directory,
    hint: [...lines.slice(0, -1).slice(-6), "Nothing was changed."],
  });
}
