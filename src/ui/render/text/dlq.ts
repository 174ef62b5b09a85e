import type {
  DeadLetterQueueShown,
  DlqInspectEvent,
  DlqListEvent,
  DlqShowEvent,
  LetterGroup,
} from "../../../contract/operations/dlq.ts";
import { formatAge, formatCount, formatDuration, oneLine } from "../../format.ts";
import {
  attributeRows,
  describeCause,
  describeMoveTask,
  describeProgress,
  describeScan,
  describeSeen,
  describeUnknown,
  letterRows,
  prettyBody,
} from "../../letters.ts";
import { table, type TextOut, type TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

export const dlqListText: TextRenderer<DlqListEvent> = (out) => {
  const queues: DeadLetterQueueShown[] = [];
  return (event) => {
    switch (event.type) {
      case "stage":
      case "queue":
        return tellShared(out, event);
      case "dead-letter-queue":
        return void queues.push(event);
      case "summary":
        if (queues.length === 0) return out.line("there is no dead-letter queue");
        out.result(
          table([["QUEUE", "LETTERS", "IN FLIGHT", "OLDEST", "EXPIRES IN", "MOVE", "SOURCES"], ...queues.map(rowOf)]),
        );
        for (const line of describeUnknown(queues)) out.line(line);
        if (event.inspect) out.line(`see why: ${event.inspect}`);
        return;
    }
  };
};

function rowOf({
  name,
  depth,
  oldestSeconds,
  expiresInSeconds,
  move,
  unknown,
  sources,
}: DeadLetterQueueShown): string[] {
  const age = (seconds: number | undefined, isUnknown: boolean) =>
    seconds === undefined ? (isUnknown ? "unknown" : "-") : formatAge(seconds);
  const remaining = age(expiresInSeconds, unknown.expiry !== undefined);
  return [
    name,
    formatCount(depth.visible + depth.delayed),
    formatCount(depth.inFlight),
    age(oldestSeconds, unknown.oldest !== undefined),
    expiresInSeconds === undefined ? remaining : `<= ${remaining}`,
    move ? describeMoveTask(move) : unknown.move === undefined ? "-" : "unknown",
    sources.join(", "),
  ];
}

export const dlqInspectText: TextRenderer<DlqInspectEvent> = (out, now) => {
  const groups: LetterGroup[] = [];
  const letters: string[][] = [];
  const look = progressTeller(out);
  return (event) => {
    switch (event.type) {
      case "stage":
      case "queue":
        return tellShared(out, event);
      case "scan":
        return look(event);
      case "logs":
        return;
      case "letter": {
        const { taskId, messageId, sentAt, attempts, cause } = event;
        return void letters.push([
          taskId ?? messageId ?? "",
          sentAt,
          String(attempts),
          cause.fingerprint,
          oneLine(describeCause(cause), 100),
        ]);
      }
      case "group":
        return void groups.push(event);
      case "summary":
        if (event.groups === 0) out.line(event.seen === 0 ? "no dead letters" : "none of them is meant");
        else {
          if (letters.length > 0)
            out.result(`${table([["LETTER", "SENT", "TRIES", "FINGERPRINT", "WHY"], ...letters])}\n`);
          out.result(
            table([
              ["LETTERS", "FINGERPRINT", "FIRST SENT", "WHY"],
              ...groups.map(({ count, cause, oldest }) => [
                formatCount(count),
                cause.fingerprint,
                oldest.slice(0, 19).replace("T", " "),
                oneLine(describeCause(cause), 160),
              ]),
            ]),
          );
        }
        for (const line of describeSeen(event, now())) out.line(line);
        if (event.exported) out.line(`${formatCount(event.exported.letters)} written to ${event.exported.path}`);
        for (const command of event.next) out.line(`next: ${command}`);
        return;
    }
  };
};

export const dlqShowText: TextRenderer<DlqShowEvent> = (out) => {
  const look = progressTeller(out);
  return (event) => {
    switch (event.type) {
      case "stage":
      case "queue":
        return tellShared(out, event);
      case "scan":
        return look(event);
      case "letter-detail": {
        const attributes = attributeRows(event);
        out.result(table(letterRows(event)));
        if (attributes.length > 0) out.result(`attributes\n${table(attributes.map((row) => ["", ...row]))}`);
        return out.result(`\n${prettyBody(event.body, out.terminal)}`);
      }
      case "summary":
        if (event.scan) for (const line of describeScan(event.scan)) out.line(line);
        for (const command of event.next) out.line(`next: ${command}`);
        return;
    }
  };
};

/** A log that is not a terminal gets a line every few seconds, not every moment. */
function progressTeller(out: TextOut) {
  let next = 2000;
  return (event: Parameters<typeof describeProgress>[0]) => {
    if (event.ms < next) return;
    next = event.ms + 5000;
    out.line(`${describeProgress(event)} after ${formatDuration(event.ms)}`);
  };
}
