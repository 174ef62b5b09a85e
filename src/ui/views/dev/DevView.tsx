import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import { Mark } from "../../components/Mark.tsx";
import { useColor } from "../../components/color.tsx";
import type { ViewProps } from "../../components/mount.tsx";
import { Scrollback } from "../../components/Scrollback.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { describeMark } from "../../consumption.ts";
import { describeReady, shortName } from "../../dev-lines.ts";
import { formatCount, formatDuration, shortId } from "../../format.ts";
import { GLYPHS } from "../../theme.ts";
import type { DevState, DevTask } from "./state.ts";

/** Tasks on the panel; more are counted. */
const TASKS_SHOWN = 6;

/** Logs and finished events scroll above; endpoint, depths and tasks at work stay below. */
export function DevView({ state, screen, ended }: ViewProps<DevState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  if (ended) return <Scrollback lines={state.lines} />;
  const { ready } = state;
  return (
    <>
      <Scrollback lines={state.lines} />
      <Box
        flexDirection="column"
        borderStyle="single"
        borderTop
        borderBottom={false}
        borderLeft={false}
        borderRight={false}
        borderDimColor
      >
        {ready ? <Header ready={ready} /> : null}
        <Building names={state.building} starting={!ready} />
        {Object.entries(state.broken).map(([name, reason]) => (
          <Text key={name} wrap="truncate-end">
            <Mark tone="fail" /> {reason}
          </Text>
        ))}
        {ready ? <Depths state={state} /> : null}
        {marksOf(state).map((line) => (
          <Text key={line} wrap="truncate-end">
            <Mark tone="warn" /> {line}
          </Text>
        ))}
        <Tasks tasks={state.tasks} now={screen.now()} />
        <Text dimColor>{state.stopping ? "stopping ..." : "ctrl-c stops everything"}</Text>
      </Box>
    </>
  );
}

/** What another command changed may be younger than the start. */
const marksOf = ({ ready, depths }: DevState) => {
  const mark = depths ? depths.consumption : ready?.consumption;
  return mark ? describeMark(mark) : [];
};

function Building({ names, starting }: { names: string[]; starting: boolean }) {
  if (!starting && names.length === 0) return null;
  const building = names.length > 0 ? `building ${names.map((name) => shortName(name, "")).join(", ")}…` : "";
  return (
    <Text>
      <Spinner /> {[starting ? "starting" : "", building].filter(Boolean).join(", ")}
    </Text>
  );
}

function Header({ ready }: { ready: NonNullable<DevState["ready"]> }) {
  const color = useColor();
  const extras = [
    ready.speed === 1 ? "" : `speed ${ready.speed}`,
    ready.faults.length > 0 ? `faults: ${ready.faults.join(", ")}` : "",
  ];
  return (
    <Text>
      <Text {...color("green")} bold>
        Ready
      </Text>
      {`  ${describeReady(ready)}`}
      {extras.filter(Boolean).map((extra) => ` · ${extra}`)}
    </Text>
  );
}

function Depths({ state }: { state: DevState }) {
  const color = useColor();
  const { depths } = state;
  const dead = depths?.deadLetterQueue.visible ?? 0;
  const waiting = (depths?.queue.visible ?? 0) + (depths?.queue.delayed ?? 0);
  return (
    <Text>
      {`queued ${formatCount(waiting)} · in flight ${formatCount(depths?.queue.inFlight ?? 0)} · `}
      <Text {...(dead > 0 ? color("red") : {})}>dead letters {formatCount(dead)}</Text>
      {` · completed ${formatCount(state.completed)} · dead-lettered ${formatCount(state.deadlettered)}`}
      {depths?.connections ? ` · sockets ${depths.connections}` : ""}
    </Text>
  );
}

function Tasks({ tasks, now }: { tasks: DevTask[]; now: number }) {
  const shown = tasks.slice(-TASKS_SHOWN);
  const hidden = tasks.length - shown.length;
  return (
    <>
      {hidden > 0 ? <Text dimColor>{`${GLYPHS.info} ${formatCount(hidden)} more`}</Text> : null}
      {shown.map((task) => (
        <Text key={task.taskId} wrap="truncate-end">
          <Mark tone={task.tone} /> {shortId(task.taskId)} {task.text}
          {task.ended ? null : <Text dimColor> {formatDuration(Math.max(0, now - task.since))}</Text>}
        </Text>
      ))}
    </>
  );
}
