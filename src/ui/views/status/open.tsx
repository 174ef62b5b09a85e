import { Box, useInput, useWindowSize } from "ink";
import stringWidth from "string-width";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import type { StatusShown } from "../../../contract/operations/status.ts";
import { useColor } from "../../components/color.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { formatAge, formatTime } from "../../format.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { type StatusLine, statusLines } from "../../status-lines.ts";
import { TONE_STYLES } from "../../theme.ts";

type StatusEvent = Operations["status"];
type State = StatusShown | undefined;

const LABEL = 13;
/** Below a watch's lines: what keeps it going, and a row for the cursor. */
const BELOW = 2;

function Lines({ lines }: { lines: StatusLine[] }) {
  const color = useColor();
  return lines.map(({ label, text, tone }, index) => (
    <Box key={`${label} ${text}`} flexShrink={0}>
      <Box width={LABEL} flexShrink={0}>
        <Text dimColor>{lines[index - 1]?.label === label ? "" : label}</Text>
      </Box>
      <Text {...(tone ? color(TONE_STYLES[tone]) : {})}>{text}</Text>
    </Box>
  ));
}

/** Redrawn in place: it must fit the screen, or every frame would push the last one up. */
function Watch({
  status,
  everyMs,
  screen,
  ended,
}: {
  status: StatusShown;
  everyMs: number;
  screen: Screen;
  ended: boolean;
}) {
  const { rows, columns } = useWindowSize();
  const lines = statusLines(status);
  const height = Math.max(1, rows - BELOW);
  const needed = lines.reduce((sum, { text }) => sum + Math.ceil(stringWidth(text) / Math.max(1, columns - LABEL)), 0);
  const cut = needed > height ? " · more below: a taller window, or --json" : "";
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  return (
    <Box flexDirection="column">
      <Box flexDirection="column" maxHeight={height} overflow="hidden">
        <Lines lines={lines} />
      </Box>
      <Text dimColor wrap="truncate-end">
        {ended
          ? `left at ${formatTime(status.at)}${cut}`
          : `at ${formatTime(status.at)}, every ${formatAge(everyMs / 1000)} · ctrl-c leaves${cut}`}
      </Text>
    </Box>
  );
}

function StatusView({ state, screen, ended }: ViewProps<State>) {
  if (!state) return null;
  if (state.everyMs !== undefined)
    return <Watch status={state} everyMs={state.everyMs} screen={screen} ended={ended} />;
  return (
    <Box flexDirection="column">
      <Lines lines={statusLines(state)} />
    </Box>
  );
}

/** How a stage fares, drawn once or over and over in place. */
export function open(screen: Screen): LiveView<StatusEvent> {
  return mount<State, StatusEvent>(screen, {
    initial: undefined,
    reduce: (state, event) => (event.type === "status" ? event : state),
    View: StatusView,
  });
}
