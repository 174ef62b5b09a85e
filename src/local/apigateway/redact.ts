const SECRET =
  /^(ticket|token|access_token|id_token|authorization|auth|api_?key|key|secret|password|code|x-amz-(signature|credential|security-token))$/i;

/** @returns the path with its query, in which every value that could open something is replaced by `***`. */
export function redactedPath(url: URL): string {
  if (url.search === "") return url.pathname;
  const pairs = url.search
    .slice(1)
    .split("&")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals > 0 && isSecret(pair.slice(0, equals)) ? `${pair.slice(0, equals)}=***` : pair;
    });
  return `${url.pathname}?${pairs.join("&")}`;
}

function isSecret(encoded: string): boolean {
  try {
    return SECRET.test(decodeURIComponent(encoded));
  } catch {
    return true;
  }
}
