import { Box } from "ink";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import { useColor } from "../../components/color.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import type { LiveView, Screen } from "../../render/view.ts";
import { type StatusLine, statusLines } from "../../status-lines.ts";
import { TONE_STYLES } from "../../theme.ts";

type StatusEvent = Operations["status"];

function StatusView({ state }: ViewProps<StatusLine[]>) {
  const color = useColor();
  return (
    <Box flexDirection="column">
      {state.map(({ label, text, tone }, index) => (
        <Text key={`${label} ${text}`} wrap="truncate-end">
          <Text dimColor>{(state[index - 1]?.label === label ? "" : label).padEnd(13)}</Text>
          <Text {...(tone ? color(TONE_STYLES[tone]) : {})}>{text}</Text>
        </Text>
      ))}
    </Box>
  );
}

/** How a stage fares, drawn once. */
export function open(screen: Screen): LiveView<StatusEvent> {
  return mount<StatusLine[], StatusEvent>(screen, {
    initial: [],
    reduce: (state, event) => (event.type === "status" ? statusLines(event) : state),
    View: StatusView,
  });
}
