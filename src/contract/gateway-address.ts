import type { StageOutputs } from "./resources.ts";

/** An address that API Gateway gives: the API's id before its own domain, and a stage behind it. */
const GIVEN = /^(http|ws)s?:\/\/([a-z0-9]+)\.execute-api\.[^/]+(?:\/(.*))?$/i;

/**
 * @param endpoint of an AWS-compatible server; undefined: AWS itself.
 * @returns where an API is reached: on AWS as it says, elsewhere by the path that such servers (LocalStack, MiniStack) have
 * for every API, since its own host name means AWS.
 */
export function reachableAddress(url: string, endpoint: string | undefined): string {
  const [, scheme, api, stage] = GIVEN.exec(url) ?? [];
  if (endpoint === undefined || scheme === undefined) return url;
  const base = scheme.toLowerCase() === "ws" ? endpoint.replace(/^http/, "ws") : endpoint;
  return `${base.replace(/\/$/, "")}/_aws/execute-api/${api}/${stage || "$default"}`;
}

/** @returns a stage's outputs, with the addresses at which its APIs are reached. */
export function reachableOutputs(outputs: StageOutputs, endpoint: string | undefined): StageOutputs {
  return {
    ...outputs,
    httpUrl: reachableAddress(outputs.httpUrl, endpoint),
    socketUrl: reachableAddress(outputs.socketUrl, endpoint),
  };
}
