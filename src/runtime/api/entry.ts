/** The API of a project that has none of its own. */
export { api, authorizer, reconciler, socket } from "./index.ts";
