import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { ProgressBar } from "../../components/ProgressBar.tsx";
import { Scrollback } from "../../components/Scrollback.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { formatCount } from "../../format.ts";
import { describeImport, describePurge } from "../../letters.ts";
import { addPlace } from "../../place.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { addLine, type FinishedLine } from "../../scrollback.ts";

type ChangeEvent = Operations["dlq-import"] | Operations["dlq-purge"];

interface ChangeState {
  lines: FinishedLine[];
  progress?: { done: number; of: number; what: string };
  result?: string[];
}

function reduce(state: ChangeState, event: ChangeEvent): ChangeState {
  switch (event.type) {
    case "stage":
    case "queue":
      return { ...state, lines: addPlace(state.lines, event) };
    case "plan":
      return state;
    case "refused":
      return { ...state, lines: addLine(state.lines, "fail", `${event.messageId} was not sent: ${event.reason}`) };
    case "import":
      return { ...state, progress: { done: event.sent, of: event.count, what: "sent" } };
    case "purge":
      return { ...state, progress: { done: event.removed, of: event.about, what: "removed" } };
    case "summary":
      return { ...state, result: event.operation === "dlq-import" ? describeImport(event) : describePurge(event) };
  }
}

function ChangeView({ state: { lines, progress, result }, screen }: ViewProps<ChangeState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  const [first, ...rest] = result ?? [];
  return (
    <>
      <Scrollback lines={lines} />
      {first !== undefined ? (
        <Box flexDirection="column">
          <Text bold>{first}</Text>
          {rest.map((line) => (
            <Text key={line}>{line}</Text>
          ))}
        </Box>
      ) : progress ? (
        <Text>
          <Spinner /> <ProgressBar share={progress.of === 0 ? 1 : Math.min(1, progress.done / progress.of)} />{" "}
          {`${formatCount(progress.done)} of about ${formatCount(progress.of)} ${progress.what}`}
        </Text>
      ) : null}
    </>
  );
}

const open = (screen: Screen) =>
  mount<ChangeState, ChangeEvent>(screen, { initial: { lines: [] }, reduce, View: ChangeView });

/** The progress of `dlq import`. */
export function openImport(screen: Screen): LiveView<Operations["dlq-import"]> {
  return open(screen);
}

/** The progress of `dlq purge`. */
export function openPurge(screen: Screen): LiveView<Operations["dlq-purge"]> {
  return open(screen);
}
