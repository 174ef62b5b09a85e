import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import type {
  DeadLetter,
  LetterGroup,
  LogsProgress,
  QueueShown,
  ScanProgress,
} from "../../../contract/operations/dlq.ts";
import type { Operations } from "../../../contract/operations/index.ts";
import type { StageShown } from "../../../contract/operations/shared.ts";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Place } from "../../components/Place.tsx";
import { ProgressBar } from "../../components/ProgressBar.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { type Column, Table } from "../../components/Table.tsx";
import { formatCount, formatTime, oneLine } from "../../format.ts";
import { describeCause, describeProgress, describeSeen, headline } from "../../letters.ts";
import type { LiveView, Screen } from "../../render/view.ts";

type InspectEvent = Operations["dlq-inspect"];

interface InspectState {
  where?: StageShown | QueueShown;
  progress?: ScanProgress;
  logs?: LogsProgress;
  letters: DeadLetter[];
  groups: LetterGroup[];
  summary?: Extract<InspectEvent, { type: "summary" }>;
}

function reduce(state: InspectState, event: InspectEvent): InspectState {
  switch (event.type) {
    case "stage":
    case "queue":
      return { ...state, where: event };
    case "scan":
      return { ...state, progress: event };
    case "logs":
      return { ...state, logs: event };
    case "letter":
      // Thousands of them: the same list grows, and the view reads it once, at the end.
      state.letters.push(event);
      return state;
    case "group":
      return { ...state, groups: [...state.groups, event] };
    case "summary":
      return { ...state, summary: event };
  }
}

const GROUPS: Column<LetterGroup>[] = [
  { title: "letters", text: ({ count }) => formatCount(count), align: "right" },
  { title: "fingerprint", text: ({ cause }) => cause.fingerprint },
  { title: "why", text: ({ cause }) => oneLine(describeCause(cause), 200), grow: true },
];

const LETTERS: Column<DeadLetter>[] = [
  { title: "letter", text: ({ taskId, messageId }) => taskId ?? messageId ?? "" },
  { title: "sent", text: ({ sentAt }) => `${sentAt.slice(5, 10)} ${formatTime(sentAt)}` },
  { title: "tries", text: ({ attempts }) => String(attempts), align: "right" },
  { title: "why", text: ({ cause }) => oneLine(describeCause(cause), 160), grow: true },
];

function GroupsView({ state, ended, screen }: ViewProps<InspectState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  const { where, progress, logs, letters, groups, summary } = state;
  if (!ended) {
    if (logs)
      return (
        <Text>
          <Spinner />{" "}
          {`reading logs: ${formatCount(logs.lines)} lines, the cause of ${formatCount(logs.matched)} found`}
        </Text>
      );
    if (!progress) return null;
    return (
      <Text>
        <Spinner /> <ProgressBar share={progress.about === 0 ? 1 : Math.min(1, progress.seen / progress.about)} />{" "}
        {describeProgress(progress)}
      </Text>
    );
  }
  if (!summary) return null;
  return (
    <Box flexDirection="column">
      <Place of={where} />
      <Text bold>
        {groups.length > 0 ? headline(groups) : summary.seen === 0 ? "no dead letters" : "none of them is meant"}
      </Text>
      {letters.length > 0 ? (
        <Box marginTop={1}>
          <Table columns={LETTERS} rows={letters} rowKey={({ taskId, messageId }) => messageId ?? taskId ?? ""} />
        </Box>
      ) : null}
      {groups.length > 0 ? (
        <Box marginY={1}>
          <Table columns={GROUPS} rows={groups} rowKey={({ cause }) => cause.fingerprint} />
        </Box>
      ) : null}
      {describeSeen(summary, screen.now()).map((line) => (
        <Text key={line} dimColor>
          {line}
        </Text>
      ))}
      {summary.exported ? (
        <Text>{`${formatCount(summary.exported.letters)} written to ${summary.exported.path}`}</Text>
      ) : null}
      {summary.next.map((command) => (
        <Text key={command} dimColor>
          next: {command}
        </Text>
      ))}
    </Box>
  );
}

/** The causes of `dlq inspect`: a bar while messages are looked at, then the groups. */
export function open(screen: Screen): LiveView<InspectEvent> {
  return mount<InspectState, InspectEvent>(screen, {
    initial: { letters: [], groups: [] },
    reduce,
    View: GroupsView,
  });
}
