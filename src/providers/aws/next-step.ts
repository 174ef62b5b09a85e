import { adviceFor } from "../../contract/refusals.ts";

/** Of an answer that says nothing but its status, or that no service's words explain. */
export interface Answer {
  /** The error's name and words, as far as it has any. */
  words: string;
  status?: number | undefined;
  /** Where it is not AWS. */
  endpoint?: string | undefined;
}

/** @returns what to do about an answer of AWS's: what its words mean where that is known, else what is true of any such answer. */
export function nextStepsOf({ words, status, endpoint }: Answer): string[] {
  const known = adviceFor(words);
  if (known.length > 0) return [...known, "Then run the command again."];
  if (status !== undefined && status >= 500) {
    return [
      endpoint === undefined
        ? "AWS itself has trouble: run the command again in a minute, and look at https://health.aws.amazon.com/health/status"
        : `${endpoint} has trouble: look at its own log, and run the command again.`,
    ];
  }
  if (status !== undefined && status >= 300 && status < 400) {
    return [
      "It sends callers elsewhere, as proxies and pages to sign in do, and S3 for buckets of another region: check the proxy (HTTPS_PROXY) and the region (--region).",
    ];
  }
  return [
    endpoint === undefined
      ? "Check that region and account are those you mean (--region, --profile), and run the command again."
      : `Check that ${endpoint} is the server you mean (--endpoint-url), and run the command again.`,
    ...(endpoint === undefined ? ["If it stays: https://health.aws.amazon.com/health/status"] : []),
  ];
}
