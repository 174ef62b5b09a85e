import type { FollowEvent, TaskFollower } from "../../contract/ports.ts";
import { explainApiError } from "./api-errors.ts";
import type { ApiClient, StageContext } from "./context.ts";

/** Follows tasks over the WebSocket API. */
export function createFollower(stage: StageContext): TaskFollower {
  return {
    follow: (taskId, options) => explained(stage, (api) => api.follow(taskId, options)),
    followAll: (options) => explained(stage, (api) => api.followAll(options)),
  };
}

async function* explained(
  stage: StageContext,
  open: (api: ApiClient) => AsyncIterable<FollowEvent>,
): AsyncGenerator<FollowEvent> {
  try {
    yield* open(await stage.api());
  } catch (error) {
    throw explainApiError(error, stage.outputs.socketUrl, stage.place);
  }
}
