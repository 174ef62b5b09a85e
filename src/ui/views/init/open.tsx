import { counted } from "../../../contract/counted.ts";
import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import { useColor } from "../../components/color.tsx";
import { Mark } from "../../components/Mark.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { formatDuration } from "../../format.ts";
import type { LiveView, Screen } from "../../render/view.ts";

type InitEvent = Operations["init"];

interface InitState {
  files: string[];
  install?: Extract<InitEvent, { type: "install" }>;
  summary?: Extract<InitEvent, { type: "summary" }>;
}

function reduce(state: InitState, event: InitEvent): InitState {
  if (event.type === "file") return { ...state, files: [...state.files, event.path] };
  return event.type === "install" ? { ...state, install: event } : { ...state, summary: event };
}

function InitView({ state: { files, install, summary }, screen }: ViewProps<InitState>) {
  const color = useColor();
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  return (
    <Box flexDirection="column">
      <Text>
        <Mark tone="ok" /> {counted(files.length, "file")}
      </Text>
      {install ? <Install install={install} /> : null}
      {summary ? (
        <Box flexDirection="column" marginTop={1}>
          <Text>
            <Text bold>{summary.app}</Text>
            {summary.template === undefined ? "" : ` from the template ${summary.template}`}, in {summary.directory}
          </Text>
          {summary.next.map((command) => (
            <Text key={command}>
              <Text {...color("cyan")}> {command}</Text>
            </Text>
          ))}
        </Box>
      ) : null}
    </Box>
  );
}

const TONES = { done: "ok", failed: "fail", skipped: "info" } as const;

function Install({ install }: { install: NonNullable<InitState["install"]> }) {
  if (install.state === "running") {
    return (
      <Text wrap="truncate-end">
        <Spinner /> {install.command} <Text dimColor>{install.line ?? ""}</Text>
      </Text>
    );
  }
  return (
    <Text wrap="truncate-end">
      <Mark tone={TONES[install.state]} /> {install.command}{" "}
      {install.state === "done"
        ? `in ${formatDuration(install.ms ?? 0)}`
        : `${install.state}${install.line ? `: ${install.line}` : ""}`}
    </Text>
  );
}

/** The files written and the package manager at work. */
export function open(screen: Screen): LiveView<InitEvent> {
  return mount<InitState, InitEvent>(screen, { initial: { files: [] }, reduce, View: InitView });
}
