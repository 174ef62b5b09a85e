import type { Clock } from "../../contract/clock.ts";
import type { FollowEvent } from "../../contract/ports.ts";
import type { SubmitResponse, TaskResponse } from "../../contract/http.ts";
import type { StageOutputs } from "../../contract/resources.ts";
import type { SubmitRequest } from "../../contract/task.ts";
import type { AwsClients } from "./clients.ts";
import type { ErrorPlace } from "./errors.ts";

/** What the provider needs of `ai-pipeline/client`; main hands it down. */
export interface ApiClient {
  submit(request: SubmitRequest, options: { signal: AbortSignal }): Promise<SubmitResponse>;
  follow(taskId: string, options: { after?: number; signal: AbortSignal }): AsyncIterable<FollowEvent>;
  followAll(options: { since?: string; signal: AbortSignal }): AsyncIterable<FollowEvent>;
  cancel(taskId: string): Promise<TaskResponse>;
}

/** What every part of an open stage works with. */
export interface StageContext {
  clients: AwsClients;
  outputs: StageOutputs;
  place: ErrorPlace;
  clock: Clock;
  /** Made at first use: commands that only read need no token. */
  api(): Promise<ApiClient>;
}
