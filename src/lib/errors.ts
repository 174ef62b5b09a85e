import { AbortError, ExternalError, PipelineError } from "../contract/errors.ts";

/** A mistake of ours. */
class BugError extends PipelineError {}

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
  const message = error instanceof Error ? error.message : String(error);
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
  switch (error.code) {
    case "ENOSPC":
      return new ExternalError("The disk is full.", {
        ...details,
        hint: "Free some space and run the command again; what was accepted is kept.",
      });
    case "EACCES":
    case "EPERM":
      return new ExternalError("The system does not permit this.", {
        ...details,
        hint: "Check who owns the file and its permissions.",
      });
    case "EROFS":
      return new ExternalError("The file system can only be read.", {
        ...details,
        hint: "Run the command in a folder that can be written.",
      });
    case "EMFILE":
      return new ExternalError("Too many files are open.", {
        ...details,
        hint: "Raise the limit (ulimit -n) or lower --concurrency.",
      });
    case "ECONNREFUSED":
      return new ExternalError("Nothing answers at the address.", {
        ...details,
        hint: "Check the endpoint, and that the stage runs.",
      });
    case "ENOTFOUND":
      return new ExternalError("The address cannot be resolved.", {
        ...details,
        hint: "Check the network and the endpoint.",
      });
    case "ENOENT":
      return new AbortError("A file is missing.", { ...details, hint: "Check the path." });
    case "EISDIR":
      return new AbortError("A file is wanted here, and this is a folder.", { ...details, hint: "Name a file." });
    case "ENOTDIR":
      return new AbortError("A folder is wanted here, and this is a file, or lies in one.", {
        ...details,
        hint: "Check the path, or move the file away.",
      });
    case "EEXIST":
      return new AbortError("Something of another kind has this name already.", {
        ...details,
        hint: "Look at what it is, and move it away.",
      });
    case "ENAMETOOLONG":
      return new AbortError("The path is longer than the system permits.", { ...details, hint: "Use a shorter one." });
    case "ELOOP":
      return new AbortError("The path leads back to itself through its links.", {
        ...details,
        hint: "Check the links on the way.",
      });
    default:
      // With a path, it is the file that is at fault.
      if (error.path === undefined) return undefined;
      return new ExternalError(`The system refused to ${error.syscall ?? "use"} this: ${error.code}.`, {
        ...details,
        hint: "Check the file, and the disk it lies on.",
      });
  }
}
