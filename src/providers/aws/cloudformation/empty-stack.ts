import type { Clock } from "../../../contract/clock.ts";
import { calling } from "../errors.ts";
import { findStack, type StackContext } from "./stack.ts";

const POLL_MS = 250;
/** An empty stack goes in a second or two. */
const MOST_POLLS = 40;

/**
 * Removes the stack that a first change set made, if it still is nothing else: somebody may have deployed it meanwhile, or made
 * a change set of their own, which CloudFormation keeps in the same stack. Waits until it is gone, so that a deployment may follow.
 */
export async function removeEmptyStack(context: StackContext, StackName: string, clock: Clock): Promise<void> {
  const { cloudformation, place } = context;
  const { DeleteStackCommand, ListChangeSetsCommand } = await import("@aws-sdk/client-cloudformation");
  if ((await findStack(context, StackName))?.StackStatus !== "REVIEW_IN_PROGRESS") return;
  const { Summaries = [] } = await calling("cloudformation:ListChangeSets", place, () =>
    cloudformation.send(new ListChangeSetsCommand({ StackName })),
  );
  if (Summaries.length > 0) return;
  await calling("cloudformation:DeleteStack", place, () => cloudformation.send(new DeleteStackCommand({ StackName })));
  for (let poll = 0; poll < MOST_POLLS; poll++) {
    const status = (await findStack(context, StackName))?.StackStatus ?? "DELETE_COMPLETE";
    if (status === "DELETE_COMPLETE") return;
    // Of this stack alone: Ctrl-C has ended what mattered.
    await clock.sleep(POLL_MS);
  }
}
