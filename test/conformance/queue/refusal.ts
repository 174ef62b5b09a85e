import { SQSServiceException } from "@aws-sdk/client-sqs";

/**
 * The error that a call ends with: its shape's name. Errors without a shape of their own are known by a name with and
 * without the suffix, by the client's version.
 * @throws Error when the call succeeds, or fails in another way than by an answer of the service.
 */
export async function refusal(call: Promise<unknown>): Promise<string> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof SQSServiceException) return error.name.replace(/Exception$/, "");
    throw error;
  }
  throw new Error(`It was not refused but answered ${JSON.stringify(answer)}`);
}
