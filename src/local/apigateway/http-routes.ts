/** A route of an HTTP API. */
export interface HttpRoute {
  /** An HTTP method or `ANY`. */
  method: string;
  /** `/tasks/{taskId}`, a greedy `/files/{rest+}`, or `$default`. */
  path: string;
  functionName: string;
}

export interface RouteMatch {
  route: HttpRoute;
  /** `POST /tasks`, or `$default`. */
  routeKey: string;
  /** Decoded. */
  parameters: Record<string, string>;
}

/**
 * Finds the route of a request as API Gateway does: the fullest match of the path first, a greedy variable after, then
 * `$default`; on one path the method itself before `ANY`.
 *
 * @param pathname percent-encoded, as it came.
 */
export function matchRoute(routes: readonly HttpRoute[], method: string, pathname: string): RouteMatch | undefined {
  const segments = split(pathname).map(decode);
  let best: { match: RouteMatch; rank: number[] } | undefined;
  for (const route of routes) {
    if (route.method !== "ANY" && route.method.toUpperCase() !== method) continue;
    const found = route.path === "$default" ? { parameters: {}, rank: [0] } : matchPath(split(route.path), segments);
    if (!found) continue;
    const rank = [...found.rank, route.method === "ANY" ? 0 : 1];
    if (best && compare(rank, best.rank) <= 0) continue;
    const routeKey = route.path === "$default" ? "$default" : `${route.method} ${route.path}`;
    best = { match: { route, routeKey, parameters: found.parameters }, rank };
  }
  return best?.match;
}

/** Rank: for each segment 3 when literal, 2 when a variable, 1 when greedy. */
function matchPath(
  pattern: string[],
  segments: string[],
): { parameters: Record<string, string>; rank: number[] } | undefined {
  const parameters: Record<string, string> = {};
  const rank: number[] = [];
  for (const [index, part] of pattern.entries()) {
    const variable = /^\{(.+?)(\+?)\}$/.exec(part);
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (variable?.[1] && variable[2]) {
      parameters[variable[1]] = segments.slice(index).join("/");
      return { parameters, rank: [...rank, 1] };
    }
    if (variable?.[1]) {
      if (segment === "") return undefined;
      parameters[variable[1]] = segment;
    } else if (part !== segment) return undefined;
    rank.push(variable ? 2 : 3);
  }
  return pattern.length === segments.length ? { parameters, rank } : undefined;
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function split(path: string): string[] {
  return path.replace(/^\//, "").split("/");
}

/** HTTP APIs hand on decoded paths; what cannot be decoded stays as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
