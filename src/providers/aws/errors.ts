import type { IamRole } from "../../contract/iam/grants.ts";
import { AuthorizationError, ExternalError, PipelineError } from "../../contract/errors.ts";
import { errorCode, httpStatus, nameless, screaming } from "./thrown.ts";

/** Where `dev` listens unless another port is asked for. */
const LOCAL_ENDPOINT = "http://127.0.0.1:4566";

/** Where a request was meant to go, for the message. */
export interface ErrorPlace {
  /** Empty where no stage is meant. */
  stage: string;
  profile?: string;
  endpoint?: string;
  /** Where the token of the API's calls was taken from, when it is not the stage's own. */
  tokenFrom?: string;
  /** Whose policy has what is called, where its action alone does not tell: of one resource, and of no other. */
  role?: IamRole;
}

const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]);
const INVALID = new Set([
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "InvalidAccessKeyId",
]);
const DENIED = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "UnauthorizedOperation",
  "AuthorizationError",
  "KMSAccessDeniedException",
]);
/** The account has not been told to use the service, or the region. */
const NOT_ENABLED = new Set(["OptInRequired", "SubscriptionRequiredException", "RegionDisabledException"]);
const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);

/**
 * @param action what was tried, such as `ssm:GetParameter`.
 * @returns an error of the SDK's as one with a next step; what is one already, and an abort, as it is.
 */
export async function explainAwsError(error: unknown, action: string, place: ErrorPlace): Promise<unknown> {
  if (!(error instanceof Error) || error instanceof PipelineError || error.name === "AbortError") return error;
  const { name, message } = error;
  const login = place.profile
    ? `aws sso login --profile ${place.profile}`
    : "aws sso login, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  if (EXPIRED.has(name) || /token.*expired|session.*(expired|invalid)/i.test(message)) {
    return new AuthorizationError("Your AWS credentials have expired.", {
      code: "CREDENTIALS_EXPIRED",
      where: action,
      hint: `Renew them: ${login}`,
      cause: error,
    });
  }
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return new AuthorizationError("There are no AWS credentials that can be used.", {
      code: "CREDENTIALS_MISSING",
      where: place.profile ? `profile ${place.profile}` : action,
      hint: [`Log in: ${login}`, "Or name a profile that has some: --profile NAME", ...elsewhere(place)],
      cause: error,
    });
  }
  // They come with a 403, or as a signature that is none.
  if (name === "RequestTimeTooSkewed" || /signature (expired|not yet current)/i.test(message)) {
    return new ExternalError("This machine's clock is wrong: AWS takes no request of another time.", {
      code: "CLOCK_WRONG",
      where: action,
      hint: ["Let the system set its clock (NTP), and run the command again.", message],
      cause: error,
    });
  }
  if (NOT_ENABLED.has(name)) {
    return new ExternalError(`The account does not use this service or region yet: ${message || name}`, {
      code: "NOT_ENABLED",
      where: action,
      hint: "Enable it in the account's settings (a new account takes a day to be ready), or name another region: --region",
      cause: error,
    });
  }
  if (INVALID.has(name)) {
    return new AuthorizationError("AWS does not know these credentials.", {
      code: "CREDENTIALS_INVALID",
      where: action,
      hint: [
        `Check the account and profile: ${login}`,
        "A region that is not enabled in the account knows none of its credentials: --region",
      ],
      cause: error,
    });
  }
  if (DENIED.has(name) || httpStatus(error) === 403) {
    // Long lists, which nothing else here needs.
    const { roleFor } = await import("../../contract/iam/policy.ts");
    return new AuthorizationError(`You may not call ${action}${place.stage === "" ? "" : " on this stage"}.`, {
      code: "ACCESS_DENIED",
      where: action,
      hint: [
        `Ask for the permission ${action}, or use another profile: --profile NAME`,
        `Policies for each use of this command line print themselves: iam policy --role ${place.role ?? roleFor(action)}`,
        message,
      ],
      cause: error,
    });
  }
  if (/region is missing/i.test(message)) {
    return new ExternalError("No AWS region is set.", {
      code: "REGION_MISSING",
      where: "--region",
      hint: ["Name one: --region eu-west-1, or set AWS_REGION.", ...elsewhere(place)],
      cause: error,
    });
  }
  if (message.startsWith("Region not accepted")) {
    return new ExternalError("No AWS region has such a name.", {
      code: "REGION_INVALID",
      where: "--region",
      hint: ["Name one: --region eu-west-1, or set AWS_REGION.", message],
      cause: error,
    });
  }
  if (errorCode(error) === "ERR_INVALID_URL") {
    return new ExternalError(`${place.endpoint ?? "An endpoint"} is no address.`, {
      code: "ENDPOINT_INVALID",
      where: "--endpoint-url",
      hint: `Write it whole: --endpoint-url ${LOCAL_ENDPOINT}, or AWS_ENDPOINT_URL and its like.`,
      cause: error,
    });
  }
  if (NETWORK.has(errorCode(error)) || name === "TimeoutError") {
    const where = place.endpoint ?? action;
    return new ExternalError(
      name === "TimeoutError" ? `${where} does not answer.` : `${where} cannot be reached: ${errorCode(error)}.`,
      {
        code: "UNREACHABLE",
        where: action,
        hint: place.endpoint
          ? "Check that something listens there: --endpoint-url"
          : ["Check the network and the proxy, and the region: --region", ...elsewhere(place)],
        cause: error,
      },
    );
  }
  if (/Deserialization error/.test(message)) {
    return new ExternalError(
      `${action} failed: ${place.endpoint ?? "the service"} answered what is no answer to that.`,
      {
        code: "ANSWER_UNREADABLE",
        where: action,
        hint: "Something else may listen there, or a server that does not offer this.",
        cause: error,
      },
    );
  }
  const { nextStepsOf } = await import("./next-step.ts");
  const status = httpStatus(error);
  const known = nameless(name) ? "" : name;
  const words = nameless(message) ? [known, status && `HTTP ${status}`].filter(Boolean).join(", ") : message;
  return new ExternalError(`${action} failed: ${words || name}`, {
    code: known === "" ? (status === undefined ? "AWS_ERROR" : `HTTP_${status}`) : screaming(known),
    where: action,
    hint: nextStepsOf({ words: `${known} ${nameless(message) ? "" : message}`, status, endpoint: place.endpoint }),
    cause: error,
  });
}

/** AWS was not asked for, only not excluded: whoever works on this machine may mean another endpoint. */
export function elsewhere({ endpoint }: ErrorPlace): string[] {
  return endpoint === undefined ? [`Or, if not AWS is meant, name its endpoint: --endpoint-url ${LOCAL_ENDPOINT}`] : [];
}

/** Runs a call to AWS; what it throws has a next step. */
export async function calling<T>(action: string, place: ErrorPlace, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw await explainAwsError(error, action, place);
  }
}

/** @returns what AWS answers; undefined when it fails with an error of these names, by which AWS says that there is none. */
export async function unlessMissing<T>(answer: Promise<T>, ...names: string[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined;
    throw error;
  }
}
