import { counted } from "../contract/counted.ts";
import type {
  DlqRedriveSummary,
  MoveActive,
  RedriveForecast,
  RedrivePlan,
} from "../contract/operations/dlq-redrive.ts";
import { formatAge, formatCost, formatCount, formatDuration } from "./format.ts";

/** @returns `4,012 of my-app-prod-tasks-dlq would go to my-app-prod-tasks, 3 stay that no attempt can mend, 9 stay`. */
export function describePlan({ count, permanent = 0, left = 0, from, to, forecast }: RedrivePlan): string {
  const verb = forecast ? "would go" : "to go";
  return [
    `${count === undefined ? "the letters that are meant" : formatCount(count)} of ${from} ${verb} to ${to.join(" and ")}`,
    ...(permanent > 0
      ? [
          `${counted(permanent, "stays", "stay")} that no attempt can mend (--all takes ${permanent === 1 ? "it" : "them"}, too)`,
        ]
      : []),
    ...(left > 0 ? [counted(left, "stays", "stay")] : []),
  ].join(", ");
}

/** @returns `the service moves the letters of my-app-prod-tasks-dlq already, since 2026-11-28 14:02 UTC`. */
export function describeActive({ name, startedAt }: MoveActive): string {
  return `the service moves the letters of ${name} already, since ${startedAt.slice(0, 16).replace("T", " ")} UTC`;
}

/** @returns how to return to a move that was left, and how to end it. */
export function describeAgain({ again }: DlqRedriveSummary): string[] {
  return again ? [`return to it: ${again.follow}`, `end it: ${again.cancel}`] : [];
}

/** @returns lines on cost and time, each known or unknown with its reason. */
export function describeForecast(forecast: RedriveForecast, now: number): string[] {
  const { requests, requestsUsd, modelUsd, drainMs, concurrency, firstExpiry, unknown } = forecast;
  const known = <T>(value: T | undefined, text: (value: T) => string, reason: string | undefined) =>
    value === undefined ? `unknown: ${reason ?? "nobody says"}` : text(value);
  const small = (usd: number) => (usd > 0 && usd < 0.0001 ? "less than $0.0001" : formatCost(usd));
  const inSeconds = (at: string) => (Date.parse(at) - now) / 1000;
  return [
    `queue requests  ${formatCount(requests)}, ${known(requestsUsd, (usd) => `${small(usd)} at list price`, unknown.requestsUsd)}`,
    `model           ${known(modelUsd, (usd) => `about ${small(usd)}, as tasks cost lately`, unknown.modelUsd)}`,
    `time            ${known(drainMs, (ms) => `about ${formatDuration(ms)} at a concurrency of ${concurrency ?? 0}`, unknown.drainMs)}`,
    `first expires   ${known(firstExpiry, (at) => (inSeconds(at) <= 0 ? "now" : `in ${formatAge(inSeconds(at))}`), unknown.firstExpiry)}`,
  ];
}

/** @returns how redriven tasks ended, such as `3 completed`; empty where nobody followed them. */
export function describeEnds({ completed, failed = 0, unfollowed = 0 }: DlqRedriveSummary): string[] {
  if (completed === undefined) return [];
  return [
    `${formatCount(completed)} completed`,
    `${formatCount(failed)} failed`,
    ...(unfollowed > 0
      ? [`${formatCount(unfollowed)} not followed: no task waits for ${unfollowed === 1 ? "it" : "them"}`]
      : []),
  ];
}

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
