import { describe, expect, it } from "vitest";
import { matchRoute } from "./http-routes.ts";

const route = (method: string, path: string) => ({ method, path, functionName: `${method} ${path}` });
const routes = [
  route("GET", "/tasks"),
  route("ANY", "/tasks"),
  route("GET", "/tasks/{taskId}"),
  route("GET", "/tasks/latest"),
  route("GET", "/{proxy+}"),
  route("POST", "/files/{rest+}"),
];

describe("matchRoute", () => {
  it.each([
    ["GET", "/tasks", "GET /tasks", {}],
    ["DELETE", "/tasks", "ANY /tasks", {}],
    ["GET", "/tasks/abc", "GET /tasks/{taskId}", { taskId: "abc" }],
    ["GET", "/tasks/a%2Db", "GET /tasks/{taskId}", { taskId: "a-b" }],
    ["GET", "/tasks/latest", "GET /tasks/latest", {}],
    ["GET", "/tasks/abc/events", "GET /{proxy+}", { proxy: "tasks/abc/events" }],
    ["POST", "/files/a/b", "POST /files/{rest+}", { rest: "a/b" }],
  ])("%s %s is %s", (method, path, routeKey, parameters) => {
    expect(matchRoute(routes, method, path)).toMatchObject({ routeKey, parameters });
  });

  it("finds none for another path, and the default where there is one", () => {
    expect(matchRoute(routes, "POST", "/other")).toBeUndefined();
    expect(matchRoute([...routes, route("ANY", "$default")], "POST", "/other")?.routeKey).toBe("$default");
  });
});
