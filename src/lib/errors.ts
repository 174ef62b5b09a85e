import { AbortError, ExternalError, messageOf, PipelineError } from "../contract/errors.ts";

/** A mistake of ours. */
class BugError extends PipelineError {}

type Known = [Kind: typeof AbortError | typeof ExternalError, message: string, hint: string];

const DENIED: Known = [
  ExternalError,
  "The system does not permit this.",
  "Check who owns the file and its permissions.",
];

/** What the system's errors mean, by their codes. */
const SYSTEM: Partial<Record<string, Known>> = {
  ENOSPC: [ExternalError, "The disk is full.", "Free some space and run the command again; what was accepted is kept."],
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: [ExternalError, "The file system can only be read.", "Run the command in a folder that can be written."],
  EMFILE: [ExternalError, "Too many files are open.", "Raise the limit (ulimit -n) or lower --concurrency."],
  ECONNREFUSED: [ExternalError, "Nothing answers at the address.", "Check the endpoint, and that the stage runs."],
  ENOTFOUND: [ExternalError, "The address cannot be resolved.", "Check the network and the endpoint."],
  ENOENT: [AbortError, "A file is missing.", "Check the path."],
  EISDIR: [AbortError, "A file is wanted here, and this is a folder.", "Name a file."],
  ENOTDIR: [
    AbortError,
    "A folder is wanted here, and this is a file, or lies in one.",
    "Check the path, or move the file away.",
  ],
  EEXIST: [AbortError, "Something of another kind has this name already.", "Look at what it is, and move it away."],
  ENAMETOOLONG: [AbortError, "The path is longer than the system permits.", "Use a shorter one."],
  ELOOP: [AbortError, "The path leads back to itself through its links.", "Check the links on the way."],
};

/** @returns any thrown value as an error that can be shown: message, place, next step. */
export function toPipelineError(error: unknown, debug: boolean): PipelineError {
  if (error instanceof PipelineError) return error;
  if (isSystemError(error)) {
    const known = systemError(error);
    if (known) return known;
  }
  if (error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR") {
    return new ExternalError(`The local stack's state cannot be used: ${error.message}.`, {
      code: "STATE_DAMAGED",
      where: ".ai-pipeline",
      hint: "Run dev with --fresh to begin with an empty state.",
      cause: error,
    });
  }
  const message = messageOf(error);
  return new BugError(`Something unexpected happened: ${message}`, {
    code: "UNEXPECTED",
    hint: debug
      ? "This is a mistake in ai-pipeline: please report it with what is below."
      : "This is a mistake in ai-pipeline: run it again with --debug and report what it shows.",
    cause: error,
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error;
}

function systemError(error: NodeJS.ErrnoException & { code: string }): PipelineError | undefined {
  const where = error.path ?? error.syscall;
  const details = { code: error.code, cause: error, ...(where ? { where } : {}) };
  const known = SYSTEM[error.code];
  if (known) {
    const [Kind, message, hint] = known;
    return new Kind(message, { ...details, hint });
  }
  // With a path, it is the file that is at fault.
  if (error.path === undefined) return undefined;
  return new ExternalError(`The system refused to ${error.syscall ?? "use"} this: ${error.code}.`, {
    ...details,
    hint: "Check the file, and the disk it lies on.",
  });
}
