import type { Exchange } from "../exchange.ts";
import { answerError } from "./error-answer.ts";

/** Answers a call to a service that is not offered, with an error in the protocol it was made in: never a wrong success. */
export function refuseUnknown(exchange: Exchange, service: string): void {
  const { headers } = exchange.req;
  const query = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  answerError(exchange, {
    code: "UnknownOperationException",
    message: `The local stack does not offer ${service}.`,
    status: headers["x-amz-target"] || query ? 400 : 404,
  });
}
