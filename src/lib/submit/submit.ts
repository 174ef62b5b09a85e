import { namesAndFlags } from "../../contract/shell-word.ts";
import { EXIT } from "../../contract/exit.ts";
import type { SubmitEvent } from "../../contract/operations/submit.ts";
import type { SubmitRequest } from "../../contract/task.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { enterStage, type StageChoice } from "../stage.ts";
import { stageFlags } from "../stage-choice.ts";
import { createCrashes, withCrashes } from "./crashes.ts";
import { checkDocument, uploadDocument } from "./document.ts";
import { refuseWaitingForNothing } from "./paused.ts";
import { followToEnd } from "./follow-to-end.ts";
import { initialOutcome } from "./outcome.ts";
import { checkSize, identified } from "./request.ts";

export interface SubmitInput {
  choice: StageChoice;
  request: SubmitRequest;
  /** A file to upload, or an `s3://` address to pass on. */
  document?: string;
  /** `watch` also yields tokens. */
  follow: "none" | "wait" | "watch";
  /** How long to follow, in milliseconds. */
  timeoutMs?: number;
  via: "api" | "queue";
}

/** Hands in one task and, if asked, follows it to its end. */
export async function* submit(input: SubmitInput, place: Workplace): AsyncGenerator<SubmitEvent> {
  const { clock, signal } = place;
  const upload = input.document !== undefined && !/^[a-z0-9]+:\/\//.test(input.document) ? input.document : undefined;
  if (upload) await checkDocument(upload, place.cwd);
  checkSize(input.request, "the task");
  const crashes = createCrashes();
  const stage = yield* enterStage(input.choice, place, { startLocal: true, show: true, stack: crashes });
  try {
    refuseWaitingForNothing(stage, place);
    let request = identified(input.request);
    if (upload) {
      const uploaded = await uploadDocument(upload, place.cwd, stage.client.documents, clock);
      yield uploaded;
      request = { ...request, documentReference: uploaded.reference };
    } else if (input.document !== undefined) {
      request = { ...request, documentReference: input.document };
    }
    const began = clock.now();
    const answer = await stage.client.intake[input.via === "queue" ? "enqueue" : "accept"](request, { signal });
    const { taskId, duplicate } = answer;
    const command = `${invocation(place.installation, place.cwd)} watch${namesAndFlags([taskId], stageFlags(input.choice))}`;
    // A stack of its own ends with the command, so the task must end first.
    const waits = stage.own !== undefined && input.follow === "none";
    const follow = waits ? "wait" : input.follow;
    yield {
      type: "submitted",
      taskId,
      duplicate,
      via: input.via,
      ms: clock.now() - began,
      follow: command,
      ...(waits ? { waits } : {}),
    };
    const first = initialOutcome(taskId, answer.status);
    if (follow === "none") {
      yield {
        type: "summary",
        operation: "submit",
        exitCode: EXIT.completed,
        ...first,
        elapsedMs: clock.now() - began,
      };
      return;
    }
    const following = followToEnd(first, {
      place,
      stage,
      command,
      tokens: follow === "watch",
      ...(input.timeoutMs === undefined ? {} : { timeoutMs: input.timeoutMs }),
    });
    const { outcome, ...end } = yield* withCrashes(following, crashes);
    yield { type: "summary", operation: "submit", ...outcome, ...end, elapsedMs: clock.now() - began };
  } finally {
    await stage.close();
  }
}
