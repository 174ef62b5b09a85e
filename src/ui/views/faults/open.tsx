import { Box } from "ink";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import { Mark } from "../../components/Mark.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Place } from "../../components/Place.tsx";
import type { LiveView, Screen } from "../../render/view.ts";

type FaultsEvent = Operations["faults"];

interface FaultsState {
  stage?: Extract<FaultsEvent, { type: "stage" }>;
  rules?: string[];
}

function reduce(state: FaultsState, event: FaultsEvent): FaultsState {
  if (event.type === "stage") return { ...state, stage: event };
  return event.type === "summary" ? { ...state, rules: event.rules } : state;
}

function FaultsView({ state: { stage, rules } }: ViewProps<FaultsState>) {
  return (
    <Box flexDirection="column">
      <Place of={stage} />
      {rules?.length === 0 ? <Text dimColor>no faults are set</Text> : null}
      {rules?.map((rule) => (
        <Text key={rule}>
          <Mark tone="warn" /> {rule}
        </Text>
      ))}
    </Box>
  );
}

/** The faults in force on the local stack. */
export function open(screen: Screen): LiveView<FaultsEvent> {
  return mount<FaultsState, FaultsEvent>(screen, { initial: {}, reduce, View: FaultsView });
}
