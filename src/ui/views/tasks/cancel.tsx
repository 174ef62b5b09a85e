import { Box } from "ink";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import { Mark } from "../../components/Mark.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Place } from "../../components/Place.tsx";
import type { LiveView, Screen } from "../../render/view.ts";

type CancelEvent = Operations["tasks-cancel"];

interface CancelState {
  stage?: Extract<CancelEvent, { type: "stage" }>;
  summary?: Extract<CancelEvent, { type: "summary" }>;
}

function reduce(state: CancelState, event: CancelEvent): CancelState {
  return event.type === "stage" ? { ...state, stage: event } : { ...state, summary: event };
}

function CancelView({ state: { stage, summary } }: ViewProps<CancelState>) {
  const cancelled = summary?.status === "cancelled";
  return (
    <Box flexDirection="column">
      <Place of={stage} />
      {summary ? (
        <Text>
          <Mark tone={cancelled ? "ok" : "wait"} /> {summary.taskId} {summary.status}
          {cancelled ? null : <Text dimColor>, its worker is told to stop</Text>}
        </Text>
      ) : null}
    </Box>
  );
}

/** Which task was cancelled, and where. */
export function open(screen: Screen): LiveView<CancelEvent> {
  return mount<CancelState, CancelEvent>(screen, { initial: {}, reduce, View: CancelView });
}
