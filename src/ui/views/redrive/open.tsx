import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import type { ScanProgress } from "../../../contract/operations/dlq.ts";
import type { RedrivePlan, RedriveWatched } from "../../../contract/operations/dlq-redrive.ts";
import type { Operations } from "../../../contract/operations/index.ts";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { ProgressBar } from "../../components/ProgressBar.tsx";
import { Scrollback } from "../../components/Scrollback.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { type Column, Table } from "../../components/Table.tsx";
import { formatCount, formatDuration, oneLine, shortId } from "../../format.ts";
import { describeCause, describeProgress } from "../../letters.ts";
import {
  describeActive,
  describeAgain,
  describeEnds,
  describeForecast,
  describeMove,
  describePlan,
} from "../../move.ts";
import { addPlace } from "../../place.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { addLine, type FinishedLine } from "../../scrollback.ts";
import { describeError } from "../../timeline.ts";
import { describeBounds, describeDecision, describeJudged, describeWatch, describeWatched } from "../../watched.ts";

type RedriveEvent = Operations["dlq-redrive"];

interface RedriveState {
  lines: FinishedLine[];
  scan?: ScanProgress;
  plan?: RedrivePlan;
  move?: Extract<RedriveEvent, { type: "move" }>;
  watched?: RedriveWatched;
  ended?: Extract<RedriveEvent, { type: "redriven" }>;
  summary?: Extract<RedriveEvent, { type: "summary" }>;
}

function reduce(state: RedriveState, event: RedriveEvent): RedriveState {
  switch (event.type) {
    case "stage":
    case "queue":
      return { ...state, lines: addPlace(state.lines, event) };
    case "scan":
      return { ...state, scan: event };
    case "plan":
      if (event.forecast) return { ...state, plan: event };
      return {
        ...state,
        lines: [describePlan(event), ...(event.watch ? [describeBounds(event.watch)] : [])].reduce(
          (lines, line) => addLine(lines, "info", line),
          state.lines,
        ),
      };
    case "active":
      return { ...state, lines: addLine(state.lines, "info", describeActive(event)) };
    case "mover": {
      const who = event.by === "service" ? "the service moves them" : "moved from here";
      return { ...state, lines: addLine(state.lines, "info", `${who}: ${event.why}`) };
    }
    case "refused":
      return { ...state, lines: addLine(state.lines, "fail", `${shortId(event.messageId)} stays: ${event.reason}`) };
    case "move":
      return { ...state, move: event };
    case "redriven": {
      const tone = event.status === "completed" ? "ok" : "fail";
      const why = event.error ? `: ${describeError(event.error)}` : "";
      return {
        ...state,
        ended: event,
        lines: addLine(state.lines, tone, `${shortId(event.taskId)}  ${event.status}${why}`),
      };
    }
    case "judged":
      return event.ok ? state : { ...state, lines: addLine(state.lines, "fail", describeJudged(event)) };
    case "watched":
      return { ...state, watched: event };
    case "decided": {
      const tone = event.decision === "stop" ? "warn" : "ok";
      return { ...state, lines: addLine(state.lines, tone, describeDecision(event)) };
    }
    case "summary":
      return { ...state, summary: event };
    case "stack":
      return state;
  }
}

const CAUSES: Column<NonNullable<RedrivePlan["causes"]>[number]>[] = [
  { title: "go", text: ({ go }) => formatCount(go), align: "right" },
  { title: "of", text: ({ count }) => formatCount(count), align: "right" },
  { title: "fingerprint", text: ({ cause }) => cause.fingerprint },
  { title: "why", text: ({ cause }) => oneLine(describeCause(cause), 200), grow: true },
];

/** What `--dry-run` tells. */
function Plan({ plan, now }: { plan: RedrivePlan; now: number }) {
  const { causes = [], forecast } = plan;
  return (
    <Box flexDirection="column">
      <Text bold>{describePlan(plan)}</Text>
      {plan.watch ? <Text>{describeBounds(plan.watch)}</Text> : null}
      {causes.length > 0 ? (
        <Box marginY={1}>
          <Table columns={CAUSES} rows={causes} rowKey={({ cause }) => cause.fingerprint} />
        </Box>
      ) : null}
      {forecast ? describeForecast(forecast, now).map((line) => <Text key={line}>{line}</Text>) : null}
      <Text dimColor>nothing was moved</Text>
    </Box>
  );
}

function RedriveView({ state: { lines, scan, plan, move, watched, ended, summary }, screen }: ViewProps<RedriveState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  return (
    <>
      <Scrollback lines={lines} />
      {summary?.dryRun && plan ? (
        <Plan plan={plan} now={screen.now()} />
      ) : summary ? (
        <>
          <Text bold>
            {[
              `moved ${formatCount(summary.moved)} in ${formatDuration(summary.elapsedMs)} (${summary.status.toLowerCase()})`,
              ...describeMove(summary),
              ...describeEnds(summary),
            ].join(", ")}
          </Text>
          {(summary.watch ? describeWatch(summary.watch) : []).map((line) => (
            <Text key={line}>{line}</Text>
          ))}
          {describeAgain(summary).map((line) => (
            <Text key={line} dimColor>
              {line}
            </Text>
          ))}
          {summary.resume ? <Text>{`go on: ${summary.resume}`}</Text> : null}
        </>
      ) : (
        <Box flexDirection="column">
          {scan && !move ? (
            <Text>
              <Spinner /> {describeProgress(scan)}
            </Text>
          ) : null}
          {move ? (
            <Text>
              <Spinner /> <ProgressBar share={move.toMove === 0 ? 1 : move.moved / move.toMove} />{" "}
              {`moved ${formatCount(move.moved)} of about ${formatCount(move.toMove)}`}
            </Text>
          ) : null}
          {watched ? <Text>{describeWatched(watched)}</Text> : null}
          {ended ? <Text>{`ended ${formatCount(ended.ended)} of ${formatCount(ended.total)}`}</Text> : null}
        </Box>
      )}
    </>
  );
}

/** The progress of `dlq redrive`. */
export function open(screen: Screen): LiveView<RedriveEvent> {
  return mount<RedriveState, RedriveEvent>(screen, { initial: { lines: [] }, reduce, View: RedriveView });
}
