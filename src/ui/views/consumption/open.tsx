import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import { Mark } from "../../components/Mark.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Place } from "../../components/Place.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { describeChange, describeConsumption } from "../../consumption.ts";
import type { LiveView, Screen } from "../../render/view.ts";

type ConsumptionEvent = Operations["consumption"];

interface ConsumptionState {
  stage?: Extract<ConsumptionEvent, { type: "stage" }>;
  change?: Extract<ConsumptionEvent, { type: "consumption" }>;
  summary?: Extract<ConsumptionEvent, { type: "summary" }>;
}

function reduce(state: ConsumptionState, event: ConsumptionEvent): ConsumptionState {
  switch (event.type) {
    case "stage":
      return { ...state, stage: event };
    case "consumption":
      return { ...state, change: event };
    case "summary":
      return { ...state, summary: event };
  }
}

function ConsumptionView({ state: { stage, change, summary }, screen }: ViewProps<ConsumptionState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  const [result, ...rest] = summary ? describeConsumption(summary) : [];
  return (
    <Box flexDirection="column">
      {/* How it was before is no news once it is told how it is. */}
      <Place of={stage && { type: "stage", ref: stage.ref }} />
      {summary && result !== undefined ? (
        <>
          <Text>
            <Mark tone={summary.state === "changing" ? "wait" : "ok"} /> {result}
          </Text>
          {rest.map((line) => (
            <Text key={line}>{`  ${line}`}</Text>
          ))}
        </>
      ) : change ? (
        <Text>
          <Spinner /> {describeChange(change)}
          <Text dimColor> · ctrl-c leaves, the change goes on</Text>
        </Text>
      ) : null}
    </Box>
  );
}

/** The progress of `pause`, `resume` and `concurrency set`. */
export function open(screen: Screen): LiveView<ConsumptionEvent> {
  return mount<ConsumptionState, ConsumptionEvent>(screen, { initial: {}, reduce, View: ConsumptionView });
}
