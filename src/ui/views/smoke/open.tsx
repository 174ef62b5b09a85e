import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import { type HopEvent, SMOKE_HOPS } from "../../../contract/operations/smoke.ts";
import type { Operations } from "../../../contract/operations/index.ts";
import type { StageShown } from "../../../contract/operations/shared.ts";
import { Mark } from "../../components/Mark.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Place } from "../../components/Place.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { formatCost, formatDuration } from "../../format.ts";
import type { LiveView, Screen } from "../../render/view.ts";

type SmokeEvent = Operations["smoke"];

interface SmokeState {
  where?: StageShown;
  hops: Partial<Record<HopEvent["hop"], HopEvent>>;
  stack?: string;
  summary?: Extract<SmokeEvent, { type: "summary" }>;
}

function reduce(state: SmokeState, event: SmokeEvent): SmokeState {
  if (event.type === "stage") return { ...state, where: event };
  if (event.type === "hop") return { ...state, hops: { ...state.hops, [event.hop]: event } };
  if (event.type === "summary") return { ...state, summary: event };
  if (event.type === "stack" && event.state === "ready")
    return { ...state, stack: `local stack ready in ${formatDuration(event.ms ?? 0)}` };
  return state;
}

/** One line a hop; a failed one says what was seen. */
function SmokeView({ state, screen }: ViewProps<SmokeState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  const { summary } = state;
  return (
    <Box flexDirection="column">
      <Place of={state.where} />
      {state.stack ? (
        <Text>
          <Mark tone="ok" /> {state.stack}
        </Text>
      ) : null}
      {SMOKE_HOPS.map((hop) => (
        <HopLine key={hop} name={hop} hop={state.hops[hop]} />
      ))}
      {summary ? (
        <Text bold>
          {`${summary.passed ? "passed" : "failed"} in ${formatDuration(summary.elapsedMs)}, ${formatCost(summary.costUsd)}`}
          {summary.offline ? ", offline model" : ""}
        </Text>
      ) : null}
    </Box>
  );
}

function HopLine({ name, hop }: { name: string; hop: HopEvent | undefined }) {
  const time = hop?.ms === undefined ? "" : `${formatDuration(hop.ms)} of ${formatDuration(hop.limitMs)}`;
  return (
    <Text>
      {hop?.state === "running" ? <Spinner /> : <Mark tone={hop ? TONES[hop.state] : "info"} />}{" "}
      {`${name.padEnd(9)} ${time.padEnd(18)} `}
      <Text dimColor>{hop?.detail ?? (hop?.state === "skipped" ? "skipped" : "")}</Text>
    </Text>
  );
}

const TONES = { running: "wait", passed: "ok", failed: "fail", skipped: "info" } as const;

/** The canary's way, hop by hop. */
export function open(screen: Screen): LiveView<SmokeEvent> {
  return mount<SmokeState, SmokeEvent>(screen, { initial: { hops: {} }, reduce, View: SmokeView });
}
