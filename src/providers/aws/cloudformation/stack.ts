import type { CloudFormationClient, Stack, StackResourceSummary } from "@aws-sdk/client-cloudformation";
import { AbortError } from "../../../contract/errors.ts";
import type { InfrastructureState } from "../../../contract/infrastructure.ts";
import { calling, type ErrorPlace } from "../errors.ts";

/** One stack, and how to speak of it. */
export interface StackContext {
  cloudformation: CloudFormationClient;
  /** Its name. */
  name: string;
  place: ErrorPlace;
  /** Of the stage's app and name. */
  title: string;
  /** @returns a command of the AWS CLI about the stack, such as `describe-stack-events`, where this one works. */
  aws(words: string): string;
}

/** @param id name, or ARN to find it also when it is deleted. @returns undefined when there is no such stack. */
export async function findStack({ cloudformation, place }: StackContext, id: string): Promise<Stack | undefined> {
  const { DescribeStacksCommand } = await import("@aws-sdk/client-cloudformation");
  return calling("cloudformation:DescribeStacks", place, async () => {
    try {
      const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: id }));
      return Stacks?.[0];
    } catch (error) {
      // CloudFormation has no error of its own for this.
      if (error instanceof Error && error.name === "ValidationError" && /does not exist/.test(error.message))
        return undefined;
      throw error;
    }
  });
}

/** @returns all resources of the stack. */
export async function listResources({ cloudformation, place, name }: StackContext): Promise<StackResourceSummary[]> {
  const { ListStackResourcesCommand } = await import("@aws-sdk/client-cloudformation");
  const found: StackResourceSummary[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListStackResourcesCommand({
      StackName: name,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const page = await calling("cloudformation:ListStackResources", place, () => cloudformation.send(command));
    found.push(...(page.StackResourceSummaries ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

/** @returns whether the stack is none yet: a change set that was never executed leaves one behind. */
export function isAbsent(stack: Stack | undefined): stack is undefined {
  return stack?.StackStatus === undefined || ["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"].includes(stack.StackStatus);
}

/** @returns how the stack is. */
export function stateOf(
  stack: Stack | undefined,
  { title, aws }: Pick<StackContext, "title" | "aws">,
): InfrastructureState {
  if (isAbsent(stack)) return { state: "absent" };
  const { StackStatus: status = "", StackStatusReason: why } = stack;
  const reason = `${title} is ${status}${why ? `: ${why}` : ""}`;
  if (status.endsWith("_IN_PROGRESS")) {
    return {
      state: "busy",
      reason,
      hint: [
        "Somebody deploys or removes it right now, or an earlier run of yours still goes on: wait until it has ended.",
        `See who: ${aws("describe-stack-events")}`,
      ],
    };
  }
  if (status === "UPDATE_ROLLBACK_FAILED") {
    return {
      state: "stuck",
      reason,
      hint: [
        "Mend what is said above, then let CloudFormation go on with the way back:",
        `  ${aws("continue-update-rollback")}`,
      ],
    };
  }
  if (["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"].includes(status)) {
    return {
      state: "stuck",
      reason,
      hint: [
        "CloudFormation takes no change of it as it is: remove it, then deploy it anew. What an earlier stage left is kept by:",
        "  destroy --keep-data",
      ],
    };
  }
  const at = stack.LastUpdatedTime ?? stack.CreationTime;
  return { state: "ready", ...(at ? { updatedAt: at.toISOString() } : {}) };
}

/** @throws AbortError `STAGE_BUSY`, `STAGE_STUCK`. */
export function refuseUnready(state: InfrastructureState, name: string): void {
  if (state.state !== "busy" && state.state !== "stuck") return;
  throw new AbortError(`${state.reason}.`.replace(/\.\.$/, "."), {
    code: state.state === "busy" ? "STAGE_BUSY" : "STAGE_STUCK",
    where: `stack ${name}`,
    hint: state.hint,
  });
}
