import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import type { ResourceProgress } from "../../../contract/infrastructure.ts";
import type { BootstrapEvent, DeployEvent, DestroyEvent, PlanEvent } from "../../../contract/operations/deploy.ts";
import { useColor } from "../../components/color.tsx";
import { Mark } from "../../components/Mark.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Scrollback } from "../../components/Scrollback.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { deployLines, describeBootstrap, describeDeployed, describeRecord, describeUnderway } from "../../deploy.ts";
import { formatDuration } from "../../format.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { addLine, type FinishedLine } from "../../scrollback.ts";

type Event = PlanEvent | DeployEvent | DestroyEvent | BootstrapEvent;
type Summary = Extract<Event, { type: "summary" }>;

interface DeployState {
  lines: FinishedLine[];
  /** What is at work that has no resource: an archive, a step, code on its way. */
  doing?: string;
  underway: ResourceProgress[];
  summary?: Summary;
}

/** Rows that what is at work may take. */
const ROWS = 12;

function reduce(state: DeployState, event: Event): DeployState {
  if (event.type === "summary") return { lines: state.lines, underway: [], summary: event };
  const next: DeployState = {
    lines: deployLines(event).reduce((lines, { tone, text }) => addLine(lines, tone, text), state.lines),
    underway: state.underway,
  };
  switch (event.type) {
    case "archive":
      return event.state === "building" ? { ...next, doing: `building ${event.name}` } : next;
    case "code":
      return event.state === "updating" ? { ...next, doing: `updating ${event.name}` } : next;
    case "step":
      return { ...next, doing: event.text };
    case "resource": {
      const others = state.underway.filter(({ address }) => address !== event.address);
      return { ...next, underway: event.state === "started" ? [...others, event] : others };
    }
    case "stage":
    case "account":
    case "written":
    case "plan":
    case "holdings":
    case "removed":
      return next;
  }
}

function DeployView({ state, screen, ended }: ViewProps<DeployState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  const { lines, doing, underway, summary } = state;
  const hidden = underway.length - ROWS;
  return (
    <Box flexDirection="column">
      <Scrollback lines={lines} />
      {ended || summary ? null : (
        <>
          {doing === undefined ? null : (
            <Text wrap="truncate-end">
              <Spinner /> {doing}
            </Text>
          )}
          {underway.slice(0, ROWS).map((resource) => (
            <Text key={resource.address} wrap="truncate-end">
              <Spinner /> {describeUnderway(resource)} <Text dimColor>{resource.kind}</Text>
            </Text>
          ))}
          {hidden > 0 ? <Text dimColor>{`  and ${hidden} more`}</Text> : null}
        </>
      )}
      {summary ? <Ending summary={summary} /> : null}
    </Box>
  );
}

function Ending({ summary }: { summary: Summary }) {
  const color = useColor();
  if (summary.operation === "plan")
    return (
      <>
        {summary.file === undefined ? null : <Text>saved to {summary.file}</Text>}
        {summary.apply === undefined ? null : <Text {...color("cyan")}>{summary.apply}</Text>}
      </>
    );
  if (summary.operation === "bootstrap")
    return (
      <Text>
        <Mark tone="ok" /> {describeBootstrap(summary)}
      </Text>
    );
  const { app, stage, unchanged, elapsedMs } = summary;
  const time = formatDuration(elapsedMs);
  if (summary.operation === "destroy")
    return (
      <>
        <Text>
          <Mark tone="ok" />{" "}
          {unchanged ? `there is no stage ${stage} of ${app}` : `removed stage ${stage} of ${app} in ${time}`}
        </Text>
        {summary.kept.map((what) => (
          <Text key={what}>{`  kept ${what}`}</Text>
        ))}
      </>
    );
  const record = summary.outputs && describeRecord(summary.outputs);
  return (
    <>
      <Text>
        <Mark tone="ok" /> {describeDeployed(summary)}
      </Text>
      {summary.drift === undefined ? null : <Text {...color("yellow")}>{summary.drift}</Text>}
      {summary.outputs ? <Text>{`  ${summary.outputs.httpUrl}\n  ${summary.outputs.socketUrl}`}</Text> : null}
      {record === undefined ? null : <Text {...color("yellow")}>{`  ${record}`}</Text>}
      {summary.next.map((command) => (
        <Text key={command} {...color("cyan")}>
          {`  ${command}`}
        </Text>
      ))}
    </>
  );
}

/** The plan, resources as they come and go, and what to do next. */
export function open(screen: Screen): LiveView<Event> {
  return mount<DeployState, Event>(screen, { initial: { lines: [], underway: [] }, reduce, View: DeployView });
}
