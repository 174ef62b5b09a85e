import { Box, useInput } from "ink";
import type { ReplayPlan } from "../../../contract/operations/dlq-replay.ts";
import type { ScanProgress } from "../../../contract/operations/dlq.ts";
import type { Operations } from "../../../contract/operations/index.ts";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { Text } from "../../components/Text.tsx";
import { formatCount, shortId } from "../../format.ts";
import { describeProgress } from "../../letters.ts";
import { addPlace } from "../../place.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { describeExample, describeReplay, describeReplayed } from "../../replay.ts";
import { addLine, type FinishedLine } from "../../scrollback.ts";
import { Scrollback } from "../../components/Scrollback.tsx";
import { describeError } from "../../timeline.ts";

type ReplayEvent = Operations["dlq-replay"];

interface ReplayState {
  lines: FinishedLine[];
  scan?: ScanProgress;
  plan?: ReplayPlan;
  moved?: number;
  summary?: Extract<ReplayEvent, { type: "summary" }>;
}

function reduce(state: ReplayState, event: ReplayEvent): ReplayState {
  switch (event.type) {
    case "stage":
    case "queue":
      return { ...state, lines: addPlace(state.lines, event) };
    case "scan":
      return { ...state, scan: event };
    case "plan": {
      const lines = describeReplay(event).reduce((all, line) => addLine(all, "info", line), state.lines);
      return { ...state, plan: event, lines };
    }
    case "move":
      return { ...state, moved: event.moved };
    case "refused":
      return { ...state, lines: addLine(state.lines, "fail", `${event.messageId} stays: ${event.reason}`) };
    case "redriven": {
      const why = event.error ? `: ${describeError(event.error)}` : "";
      const tone = event.status === "completed" ? "ok" : "fail";
      return { ...state, lines: addLine(state.lines, tone, `${shortId(event.taskId)}  ${event.status}${why}`) };
    }
    case "summary":
      return { ...state, summary: event };
  }
}

function ReplayView({ state: { lines, scan, plan, moved, summary }, screen }: ViewProps<ReplayState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  const [result, ...rest] = summary ? describeReplayed(summary) : [];
  return (
    <>
      <Scrollback lines={lines} />
      {summary?.dryRun && plan ? (
        <Box flexDirection="column">
          {describeExample(plan).map((line, index) => (
            <Text key={`${index} ${line}`}>{line}</Text>
          ))}
          <Text dimColor>nothing was sent</Text>
        </Box>
      ) : result !== undefined ? (
        <>
          <Text bold>{result}</Text>
          {rest.map((line) => (
            <Text key={line}>{line}</Text>
          ))}
        </>
      ) : moved !== undefined ? (
        <Text>
          <Spinner /> {`sent ${formatCount(moved)} of ${formatCount(plan?.count ?? moved)}`}
        </Text>
      ) : scan ? (
        <Text>
          <Spinner /> {describeProgress(scan)}
        </Text>
      ) : null}
    </>
  );
}

/** The progress of `dlq replay`. */
export function open(screen: Screen): LiveView<ReplayEvent> {
  return mount<ReplayState, ReplayEvent>(screen, { initial: { lines: [] }, reduce, View: ReplayView });
}
