import { AbortError, AuthorizationError, ExternalError, PipelineError } from "../../contract/errors.ts";
import type { ErrorPlace } from "./errors.ts";

/** The members of the client's errors that tell what happened. */
interface ApiFailure extends Error {
  code: string;
  status?: number | undefined;
  hint?: string | undefined;
  issues?: readonly { path: string; message: string }[];
}

function isApiFailure(error: unknown): error is ApiFailure {
  return error instanceof Error && error.name === "ClientError" && "code" in error && typeof error.code === "string";
}

/** The next step where the API names none. */
const NEXT: Partial<Record<number, string[]>> = {
  404: ["Check the id where one was given, and that --stage, --app and --endpoint-url name the stage that is meant."],
  409: ["Look at the task as it is now: `tasks show` with its id."],
};

/** @returns a failure of the HTTP or WebSocket API as an error with a next step; anything else as it is. */
export function explainApiError(error: unknown, url: string, place: ErrorPlace): unknown {
  if (!isApiFailure(error)) return error;
  const { code, status, message, issues = [] } = error;
  const hint = error.hint === undefined ? [] : [error.hint];
  const details = { code, where: url, cause: error };
  if (status === 401 || status === 403) {
    return new AuthorizationError(status === 401 ? "The stage refused the token." : message, {
      ...details,
      where: place.tokenFrom === undefined ? url : `${place.tokenFrom}, sent to ${url}`,
      hint: [...(status === 401 ? [] : hint), tokenHint(place)],
    });
  }
  if (issues.length > 0)
    return new AbortError(message, {
      ...details,
      // The message names the first itself.
      hint: [
        ...issues
          .filter((issue) => !message.includes(issue.message))
          .map(({ path, message: what }) => `${path}: ${what}`),
        ...hint,
      ],
    });
  if (status !== undefined && status < 500 && status !== 429)
    return new AbortError(message, { ...details, hint: hint.length > 0 ? hint : (NEXT[status] ?? []) });
  if (status === undefined && (code === "NETWORK" || code === "TIMEOUT")) {
    return new ExternalError(`The stage's API cannot be reached: ${message}`, {
      ...details,
      hint: [
        ...(isOwnDomain(url) && /ENOTFOUND/.test(message)
          ? [
              `Its domain has no DNS record yet: make one to what \`output domainTarget --stage ${place.stage}\` prints.`,
            ]
          : []),
        "Check the network, and that the stage is up.",
      ],
    });
  }
  return new ExternalError(message, { ...details, hint });
}

/** Whether an address is none that AWS gives to every API. */
const isOwnDomain = (url: string) => URL.canParse(url) && !/\.execute-api\./.test(new URL(url).hostname);

/** The next step of a caller whose token was refused. */
function tokenHint({ stage, tokenFrom }: ErrorPlace): string {
  if (tokenFrom === undefined)
    return `The token is the parameter STAGE_TOKEN of the stage ${stage}; if it was changed, wait until every function has it.`;
  return `The token came from ${tokenFrom}: set that to a token of the stage ${stage}, or unset it and the stage's own is read with your AWS credentials.`;
}

/** Runs a call of the API; what it throws has a next step. */
export async function callingApi<T>(url: string, place: ErrorPlace, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof PipelineError ? error : explainApiError(error, url, place);
  }
}
