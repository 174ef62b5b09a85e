import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { ProgressBar } from "../../components/ProgressBar.tsx";
import { Scrollback } from "../../components/Scrollback.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { type Column, Table } from "../../components/Table.tsx";
import { formatCost, formatCount, formatDuration, formatLines } from "../../format.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { type BatchEvent, type BatchState, initialBatch, reduceBatch } from "./state.ts";

function BatchView({ state, screen }: ViewProps<BatchState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  return (
    <>
      <Scrollback lines={state.lines} />
      {state.summary ? <Summary summary={state.summary} /> : <Progress state={state} />}
    </>
  );
}

function Progress({ state: { started, progress } }: { state: BatchState }) {
  if (!progress) return <Spinner />;
  const done = (started?.wait ? progress.completed + progress.failed : progress.submitted) + progress.rejected;
  const total = progress.total ?? started?.total;
  return (
    <Text>
      <Spinner /> {total ? <ProgressBar share={done / total} /> : null}{" "}
      {`${formatCount(done)}${total ? ` of ${formatCount(total)}` : ""} · submitted ${formatCount(progress.submitted)}`}
      {started?.wait ? ` · completed ${formatCount(progress.completed)} · failed ${formatCount(progress.failed)}` : ""}
      {progress.rejected > 0 ? ` · rejected ${formatCount(progress.rejected)}` : ""}
    </Text>
  );
}

type Cause = NonNullable<BatchState["summary"]>["causes"][number];

const CAUSES: Column<Cause>[] = [
  { title: "failed", text: ({ count }) => formatCount(count), align: "right" },
  { title: "cause", text: ({ cause }) => cause },
  { title: "message", text: ({ message }) => message, grow: true },
  { title: "where", text: (cause) => formatLines(cause, 3) },
];

function Summary({ summary }: { summary: NonNullable<BatchState["summary"]> }) {
  const { accept, duration } = summary;
  return (
    <Box flexDirection="column">
      <Text bold>
        {`${formatCount(summary.submitted)} submitted, ${formatCount(summary.completed)} completed, ${formatCount(summary.failed)} failed, `}
        {`${formatCount(summary.rejected)} rejected in ${formatDuration(summary.elapsedMs)}`}
      </Text>
      {accept ? <Text>{`accept    p50 ${formatDuration(accept.p50)}  p95 ${formatDuration(accept.p95)}`}</Text> : null}
      {duration ? (
        <Text>{`duration  p50 ${formatDuration(duration.p50)}  p95 ${formatDuration(duration.p95)}`}</Text>
      ) : null}
      <Text>
        {`tokens    ${formatCount(summary.inputTokens)} in / ${formatCount(summary.outputTokens)} out, ${formatCost(summary.costUsd)}`}
        {summary.offline ? ", offline model" : ""}
      </Text>
      {summary.causes.length > 0 ? (
        <Table columns={CAUSES} rows={summary.causes} rowKey={({ cause, message }) => `${cause} ${message}`} />
      ) : null}
      {summary.next ? <Text>{`see the tasks: ${summary.next}`}</Text> : null}
    </Box>
  );
}

/** The bar and the summary of `submit --batch`. */
export function open(screen: Screen): LiveView<BatchEvent> {
  return mount(screen, { initial: initialBatch, reduce: reduceBatch, View: BatchView });
}
