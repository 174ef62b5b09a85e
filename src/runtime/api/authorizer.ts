import type { PolicyAnswer, SimpleAnswer } from "./answers.ts";
import { authorize, type Authorities, type Credentials } from "./authorize.ts";
import { callerToContext } from "./caller.ts";
import { fields, text } from "./http-event.ts";
import { header } from "./socket-event.ts";

/**
 * Decides on a request of either API. For the HTTP API the gateway itself answers 401 when there is no `Authorization`,
 * and 403 when it is refused here. For `$connect`, nothing to show is 401 and what is refused is 403.
 * @throws Error "Unauthorized" for a `$connect` without credentials: API Gateway's own word for 401.
 */
export async function handleAuthorizer(authorities: Authorities, event: unknown): Promise<SimpleAnswer | PolicyAnswer> {
  const { methodArn, headers, queryStringParameters } = fields(event);
  const authorization = header(fields(headers), "authorization");
  if (typeof methodArn !== "string") {
    const caller = await authorize({ authorization }, authorities);
    return typeof caller === "string"
      ? { isAuthorized: false }
      : { isAuthorized: true, context: callerToContext(caller) };
  }
  const credentials: Credentials = { authorization, ticket: text(fields(queryStringParameters)["ticket"]) };
  const caller = await authorize(credentials, authorities);
  if (caller === "none") throw new Error("Unauthorized");
  if (caller === "refused") return policy("nobody", "Deny", methodArn);
  return { ...policy(caller.userId ?? "service", "Allow", methodArn), context: callerToContext(caller) };
}

function policy(principalId: string, Effect: "Allow" | "Deny", Resource: string): PolicyAnswer {
  return {
    principalId,
    policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource }] },
  };
}
