import { randomUUID } from "node:crypto";
import type { Change, CreateChangeSetInput, DescribeChangeSetOutput } from "@aws-sdk/client-cloudformation";
import type { Clock } from "../../../contract/clock.ts";
import { AbortError } from "../../../contract/errors.ts";
import type { InfrastructureInput } from "../../../contract/infrastructure.ts";
import { calling } from "../errors.ts";
import { removeEmptyStack } from "./empty-stack.ts";
import type { StackContext } from "./stack.ts";

const FIRST_POLL_MS = 300;
const SLOWEST_POLL_MS = 2000;
/** Change sets that nothing would come of say so in these words, and in no others. */
const EMPTY = /didn't contain changes|no updates are to be performed/i;

/** A change set that can be executed; undefined where nothing would change. */
export type MadeChangeSet = { id: string; stackId: string; changes: Change[] } | undefined;

/** Makes a change set and waits until it is known what it would do. @throws AbortError `IAC_INVALID`. */
export async function makeChangeSet(
  context: StackContext,
  request: Pick<CreateChangeSetInput, "TemplateBody" | "TemplateURL" | "Parameters" | "Tags" | "ChangeSetType">,
  { input, clock, signal }: { input: InfrastructureInput; clock: Clock; signal: AbortSignal },
): Promise<MadeChangeSet> {
  const { cloudformation, place, name } = context;
  const { CreateChangeSetCommand } = await import("@aws-sdk/client-cloudformation");
  const create = request.ChangeSetType === "CREATE";
  const command = new CreateChangeSetCommand({
    ...request,
    StackName: name,
    ChangeSetName: `ai-pipeline-${randomUUID()}`,
    Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    // What an earlier stage of this name kept on purpose is taken over.
    ImportExistingResources: true,
    // A server that is AWS-compatible takes what is to be taken over for a conflict, before anything else.
    ...(place.endpoint === undefined ? {} : { DisableValidation: true }),
    ...(create ? { OnStackFailure: "DELETE" as const } : {}),
  });
  const { Id: id = "", StackId: stackId = "" } = await calling("cloudformation:CreateChangeSet", place, async () => {
    try {
      return await cloudformation.send(command);
    } catch (error) {
      if (isBusy(error)) throw busy(context, error);
      if (error instanceof Error && error.name === "ValidationError") throw invalid(error.message, input, error);
      throw error;
    }
  });
  let kept = false;
  try {
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(SLOWEST_POLL_MS, pause * 1.5)) {
      const found = await describe(context, id);
      signal.throwIfAborted();
      if (found.Status === "CREATE_COMPLETE") {
        kept = true;
        return { id, stackId, changes: found.Changes ?? [] };
      }
      if (found.Status === "FAILED") {
        const reason = found.StatusReason ?? "no reason was given";
        if (EMPTY.test(reason)) return undefined;
        throw invalid(reason, input);
      }
      await clock.sleep(pause, signal);
    }
  } finally {
    if (!kept) {
      await removeChangeSet(context, id);
      if (create) await removeEmptyStack(context, stackId, clock);
    }
  }
}

/** How CloudFormation says that somebody else is at work on the stack. */
const BUSY = /is in [A-Z_]*_IN_PROGRESS state|already exists and cannot be (created|deleted)/;

/** @returns that somebody was faster. */
export function busy({ title, name, aws }: StackContext, cause: Error): AbortError {
  return new AbortError(`${title} is being changed by somebody else right now.`, {
    code: "STAGE_BUSY",
    where: `stack ${name}`,
    hint: ["Wait until that has ended and run the command again.", `See who: ${aws("describe-stack-events")}`],
    cause,
  });
}

/** @returns whether an error of CloudFormation's is that. */
export const isBusy = (error: unknown): error is Error => error instanceof Error && BUSY.test(error.message);

/** @returns a change set with all its changes. */
async function describe({ cloudformation, place, name }: StackContext, id: string): Promise<DescribeChangeSetOutput> {
  const { DescribeChangeSetCommand } = await import("@aws-sdk/client-cloudformation");
  const ask = (NextToken?: string) =>
    calling("cloudformation:DescribeChangeSet", place, () =>
      cloudformation.send(
        new DescribeChangeSetCommand({
          // By the stack's name IAM knows whose it is, and may grant it of that stack alone.
          StackName: name,
          ChangeSetName: id,
          IncludePropertyValues: true,
          ...(NextToken === undefined ? {} : { NextToken }),
        }),
      ),
    );
  const first = await ask();
  const changes = [...(first.Changes ?? [])];
  for (let token = first.NextToken; token;) {
    const page = await ask(token);
    changes.push(...(page.Changes ?? []));
    token = page.NextToken;
  }
  return { ...first, Changes: changes };
}

/** Removes a change set, if there is one. */
export async function removeChangeSet({ cloudformation, place, name }: StackContext, id: string): Promise<void> {
  const { DeleteChangeSetCommand } = await import("@aws-sdk/client-cloudformation");
  await calling("cloudformation:DeleteChangeSet", place, () =>
    cloudformation.send(new DeleteChangeSetCommand({ StackName: name, ChangeSetName: id })),
  );
}

/** @returns the service's words about a template, with the line of the resource that they name. */
function invalid(reason: string, { file, template }: InfrastructureInput, cause?: unknown): AbortError {
  const lines = template?.lines ?? {};
  const words = new Set(reason.match(/[A-Za-z0-9]+/g));
  const named = Object.keys(lines).find((id) => words.has(id));
  return new AbortError(`CloudFormation does not take the template: ${reason.replace(/\.$/, "")}.`, {
    code: "IAC_INVALID",
    where: named === undefined ? file : `${file}:${lines[named]}`,
    hint: "Mend it and run the command again; nothing was changed.",
    ...(cause === undefined ? {} : { cause }),
  });
}
