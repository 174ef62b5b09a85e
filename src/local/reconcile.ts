import type { LocalContext } from "./context.ts";
import type { LambdaService } from "./lambda/index.ts";
import type { SqsService } from "./sqs/index.ts";

/** How often a deployed stage's schedule calls the reconciler; divided by the stack's speed. */
const PERIOD_MS = 60_000;
/** However fast time runs: a look costs an invocation. */
const SHORTEST_PERIOD_MS = 5_000;
/** Looks after the queues last changed: a lease may end long after the last message moved. */
const LOOKS = 20;

/**
 * Calls the reconciler as the deployed schedule does, but only while something may be left to find: an idle stack starts no
 * process.
 * @returns ends it.
 */
export function scheduleReconciler(
  ctx: LocalContext,
  lambda: LambdaService,
  sqs: SqsService,
  functionName: string,
): () => void {
  // What an earlier run of the stack left behind is looked for too.
  let looks = LOOKS;
  const forget = sqs.onQueueChange(() => (looks = LOOKS));
  const timer = setInterval(
    () => {
      if (looks === 0) return;
      looks -= 1;
      lambda.invoke(functionName, "{}").catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        ctx.emit({ type: "warning", at: ctx.clock.now(), message: `The reconciler could not be called: ${reason}` });
      });
    },
    Math.max(SHORTEST_PERIOD_MS, PERIOD_MS / ctx.speed),
  );
  timer.unref();
  return () => {
    clearInterval(timer);
    forget();
  };
}
