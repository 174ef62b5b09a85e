import { tellEnd, type EndParts } from "../outbox/tell-end.ts";
import { createTeller } from "../outbox/teller.ts";
import type { ClaimDecision } from "../store/index.ts";
import { WEBHOOK_SECRET } from "../../contract/resources.ts";
import { runAttempt, type Disposal } from "./attempt.ts";
import type { WorkerContext } from "./context.ts";
import type { LambdaContext, SqsRecord } from "./lambda.ts";
import { parseTask, type ParsedTask } from "./parse-task.ts";
import type { WorkerParts } from "./parts.ts";

/** A message outlives its function by so much: then a crashed attempt's message is visible again. */
const VISIBILITY_MARGIN_S = 10;
/** What telling leaves of the function's time for the last marks: at most so much, of a short one a tenth. */
const RESERVE_MS = 1_000;

/** Handles one received message. @returns whether it is done; if not it stays in the queue. Never throws. */
export async function handleMessage(
  message: SqsRecord,
  lambda: LambdaContext,
  parts: WorkerParts,
  work: (parsed: ParsedTask, context: WorkerContext) => Promise<unknown>,
): Promise<boolean> {
  const parsed = parseTask(message.body, message.messageId);
  const { taskId, userId } = parsed.task;
  const { store, queue, settings, clock } = parts;
  const log = parts.log.child({ requestId: lambda.awsRequestId, taskId, messageId: message.messageId });
  const receiveCount = Number(message.attributes.ApproximateReceiveCount);
  const setVisible = async (seconds: number): Promise<void> => {
    try {
      await queue.changeVisibility(settings.queueUrl, message.receiptHandle, seconds);
    } catch (error) {
      log.warn("The message's visibility could not be set.", { error, seconds });
    }
  };
  const functionMs = lambda.getRemainingTimeInMillis();
  const visibleIn = functionMs / 1000 + VISIBILITY_MARGIN_S;
  const reserve = Math.min(RESERVE_MS, functionMs / 10);
  const remaining = () => lambda.getRemainingTimeInMillis() - reserve;
  const teller = createTeller({ followers: parts.followers, sockets: parts.sockets, log, taskId, userId });
  const end: EndParts = {
    store,
    settings,
    clock,
    log,
    teller,
    remaining,
    secret: () => parts.secrets.get(WEBHOOK_SECRET),
    lastChance: receiveCount >= settings.maxAttempts,
  };

  try {
    const [claim] = await Promise.all([
      store.claim({
        task: parsed.task,
        messageId: message.messageId,
        receiveCount,
        sentAt: Number(message.attributes.SentTimestamp),
        requestId: lambda.awsRequestId,
        // The message comes back when its visibility ends, which fast time shortens: the lease must have ended by then.
        leaseUntil: Math.ceil(clock.now() + Math.min(functionMs, (visibleIn * 1000) / settings.timeScale)),
        overAt: Math.ceil(clock.now() + functionMs),
      }),
      setVisible(visibleIn),
    ]);
    const disposal =
      claim.outcome === "run"
        ? await runAttempt(parsed.task, claim, {
            parts,
            lambda,
            teller,
            end,
            log: log.child({
              attempt: claim.transition.record.attempt,
              generation: claim.transition.record.generation,
            }),
            work: (context) => work(parsed, context),
          })
        : await dispose(claim, end, clock.now(), settings.timeScale);
    if (disposal.outcome === "keep" && disposal.visibleIn !== undefined) await setVisible(disposal.visibleIn);
    return disposal.outcome === "delete";
  } catch (error) {
    // Store or queue failed: the message comes back when its visibility and the lease are over.
    log.error("The message could not be handled.", { error });
    return false;
  } finally {
    teller.close();
  }
}

/** A message that needs no work. */
async function dispose(
  claim: Exclude<ClaimDecision, { outcome: "run" }>,
  end: EndParts,
  now: number,
  timeScale: number,
): Promise<Disposal> {
  end.log.info(`The message is not run: ${claim.outcome}.`, { status: claim.record?.status });
  switch (claim.outcome) {
    case "duplicate":
    case "left-over":
      return { outcome: "delete" };
    case "busy":
      return { outcome: "keep", visibleIn: ((claim.until - now) / 1000) * timeScale };
    case "ended":
      return (await tellEnd(claim.record, end)) ? { outcome: "delete" } : { outcome: "keep", visibleIn: 1 };
    case "bounce":
      return { outcome: "keep", visibleIn: (await tellEnd(claim.record, end)) ? 0 : 1 };
  }
}
