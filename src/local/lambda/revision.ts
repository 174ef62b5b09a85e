import { AwsError } from "../context.ts";
import type { FunctionRecord } from "./definition.ts";
import { optionalText } from "./input.ts";

/** @throws AwsError `PreconditionFailedException` when the caller knows another revision of the function. */
export function checkRevision(record: FunctionRecord, input: Record<string, unknown>): void {
  const wanted = optionalText(input, "RevisionId");
  if (wanted === undefined || wanted === record.revisionId) return;
  throw new AwsError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    { status: 412, members: { Type: "User" } },
  );
}
