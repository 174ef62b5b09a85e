import type { StackResourceSummary } from "@aws-sdk/client-cloudformation";
import { AbortError } from "../../../contract/errors.ts";
import { jsonIn, member } from "../../../contract/json.ts";
import { calling } from "../errors.ts";
import type { StackContext } from "./stack.ts";

/**
 * What a stack's removal leaves is what its template says, which is its owner's.
 * @param keep names of the bucket and the table.
 * @throws AbortError `KEEP_DATA_IMPOSSIBLE` where they would be deleted.
 */
export async function refuseUnkept(
  { cloudformation, place, name, aws }: StackContext,
  resources: readonly StackResourceSummary[],
  keep: readonly string[],
): Promise<void> {
  const { GetTemplateCommand } = await import("@aws-sdk/client-cloudformation");
  const { TemplateBody = "" } = await calling("cloudformation:GetTemplate", place, () =>
    cloudformation.send(new GetTemplateCommand({ StackName: name })),
  );
  const lost = resources.filter(
    ({ LogicalResourceId = "", PhysicalResourceId = "", ResourceStatus }) =>
      keep.includes(PhysicalResourceId) &&
      ResourceStatus !== "DELETE_COMPLETE" &&
      !policyOf(TemplateBody, LogicalResourceId).startsWith("Retain"),
  );
  if (lost.length === 0) return;
  throw new AbortError(
    `The data cannot be kept: the template that was deployed deletes ${lost.map(({ LogicalResourceId }) => LogicalResourceId).join(" and ")} with the stack.`,
    {
      code: "KEEP_DATA_IMPOSSIBLE",
      where: `stack ${name}`,
      hint: [
        "Give them DeletionPolicy: RetainExceptOnCreate in infra/template.yaml and deploy that first. Nothing was changed.",
        `What was deployed: ${aws("get-template")}`,
      ],
    },
  );
}

/** @returns what a template says of a resource's end; one that somebody else deployed may be YAML. */
export function policyOf(body: string, id: string): string {
  const declared = member(member(jsonIn(body), "Resources"), id);
  if (declared !== undefined) return String(member(declared, "DeletionPolicy"));
  // The lines below its name that are further in.
  const [, indent = "", lines = ""] =
    new RegExp(`^( +)${id}:.*\\n((?:\\1 +.*\\n|\\s*\\n)*)`, "m").exec(`${body}\n`) ?? [];
  return new RegExp(`^${indent} +DeletionPolicy: *["']?(\\w+)`, "m").exec(lines)?.[1] ?? "";
}
