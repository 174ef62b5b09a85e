import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import type { ArchiveBuilt, BuildEvent, BuildSummary } from "../../../contract/operations/build.ts";
import { archiveLines } from "../../archive.ts";
import { Mark } from "../../components/Mark.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import type { LiveView, Screen } from "../../render/view.ts";

interface BuildState {
  archives: ArchiveBuilt[];
  summary?: BuildSummary;
}

function reduce(state: BuildState, event: BuildEvent): BuildState {
  if (event.type === "archive")
    return { ...state, archives: [...state.archives.filter(({ name }) => name !== event.name), event] };
  return event.type === "summary" ? { ...state, summary: event } : state;
}

function BuildView({ state: { archives, summary }, screen }: ViewProps<BuildState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  return (
    <Box flexDirection="column">
      {archives.map((event) => (
        <Archive key={event.name} event={event} />
      ))}
      {summary?.inputs.map((file) => (
        <Text key={file}>
          <Mark tone="ok" /> {file}
        </Text>
      ))}
    </Box>
  );
}

/** One archive: at work, or what became of it. */
export function Archive({ event }: { event: ArchiveBuilt }) {
  return (
    <Box flexDirection="column">
      {archiveLines(event).map((line) => (
        <Text key={line}>
          {event.state === "building" ? <Spinner /> : <Mark tone={line.startsWith("warning") ? "warn" : "ok"} />} {line}
        </Text>
      ))}
    </Box>
  );
}

/** The archives and their sizes. */
export function open(screen: Screen): LiveView<BuildEvent> {
  return mount<BuildState, BuildEvent>(screen, { initial: { archives: [] }, reduce, View: BuildView });
}
