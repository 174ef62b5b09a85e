import type { DlqRedriveSummary } from "../contract/operations/dlq.ts";
import { formatCount } from "./format.ts";

/** @returns what happened beside the moving, such as `12 left`; empty where the service moved. */
export function describeMove({ client }: DlqRedriveSummary): string[] {
  if (!client) return [];
  const parts: [number, string][] = [
    [client.finished, "sent by the earlier run and deleted by this one"],
    [client.left, "left"],
    [client.refused, "refused"],
    [client.undeleted, "sent but not deleted yet"],
    [client.perhapsTwice, "perhaps there twice"],
  ];
  return parts.flatMap(([count, what]) => (count === 0 ? [] : [`${formatCount(count)} ${what}`]));
}
