import { EXIT, type ExitCode } from "./exit.ts";

export interface ErrorDetails {
  /** Stable, SCREAMING_SNAKE_CASE; part of the `--json` output. */
  code: string;
  /** The next step, as one or more lines a user can follow or paste. */
  hint?: string | string[];
  /** Where: a file with line and column, a flag, a resource. */
  where?: string;
  exitCode?: ExitCode;
  cause?: unknown;
}

/** An expected, fatal failure: drawn as message, place and next step; never as a stack. */
export class PipelineError extends Error {
  readonly code: string;
  readonly hint: string[];
  readonly where: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = details.code;
    this.hint = details.hint === undefined ? [] : [details.hint].flat();
    this.where = details.where;
    this.exitCode = details.exitCode ?? EXIT.error;
  }
  override get name(): string {
    return this.constructor.name;
  }
}

/** The user asked for something that cannot be: a wrong flag, a malformed file, a missing project. */
export class AbortError extends PipelineError {}

/** The command line itself is wrong. */
export class UsageError extends PipelineError {
  constructor(message: string, details: Omit<ErrorDetails, "exitCode">) {
    super(message, { ...details, exitCode: EXIT.usage });
  }
}

/** Another system failed: AWS, a model, the disk, the network. */
export class ExternalError extends PipelineError {}

/** The caller is not who it must be (401) or may not do this (403). */
export class AuthorizationError extends PipelineError {
  constructor(message: string, details: Omit<ErrorDetails, "exitCode">) {
    super(message, { ...details, exitCode: EXIT.notAuthorized });
  }
}

/** @returns the failure with more to say of what it leaves behind. @param where for one that does not say. */
export function withMore(cause: PipelineError, more: string[], where?: string): ExternalError {
  const { message, code, hint, exitCode } = cause;
  const place = cause.where ?? where;
  return new ExternalError(message, {
    code,
    ...(place === undefined ? {} : { where: place }),
    hint: [...hint, ...more],
    exitCode,
    cause,
  });
}

/** @returns what was thrown, in its own words. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** @returns the error as an object for NDJSON. */
export function errorToJson(error: PipelineError): { code: string; message: string; hint: string[]; where?: string } {
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    ...(error.where === undefined ? {} : { where: error.where }),
  };
}
