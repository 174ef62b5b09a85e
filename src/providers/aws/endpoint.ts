type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The SDK reads these variables too. They are read here, so that what is shown is what is used, and so that servers other than AWS
 * are known for what they are.
 *
 * @param asked by `--endpoint-url`, or known of the local stack; it wins.
 * @param service as the SDK names it in `AWS_ENDPOINT_URL_<SERVICE>`; absent: what all services have in common.
 * @returns undefined for AWS itself.
 */
export function endpointOf(asked: string | undefined, env: Environment, service?: string): string | undefined {
  if (asked) return asked;
  if (env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true") return undefined;
  const own = service === undefined ? undefined : env[`AWS_ENDPOINT_URL_${service}`];
  return own || env["AWS_ENDPOINT_URL"] || undefined;
}
