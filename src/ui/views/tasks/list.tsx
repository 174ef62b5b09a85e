import { Box } from "ink";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import type { StageShown } from "../../../contract/operations/shared.ts";
import type { TaskSummary } from "../../../contract/record.ts";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Place } from "../../components/Place.tsx";
import { type Column, Table } from "../../components/Table.tsx";
import { formatCost, formatTime, oneLine } from "../../format.ts";
import { shortIds } from "../../short-ids.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { describeError } from "../../timeline.ts";

type ListEvent = Operations["tasks-list"];

interface ListState {
  where?: StageShown;
  tasks: TaskSummary[];
  summary?: Extract<ListEvent, { type: "summary" }>;
}

function reduce(state: ListState, event: ListEvent): ListState {
  if (event.type === "stage") return { ...state, where: event };
  if (event.type === "task") return { ...state, tasks: [...state.tasks, event.task] };
  return { ...state, summary: event };
}

/** Of fewer columns than these the other cells leave a prompt no room beside whole ids. */
const WIDE = 110;

function columnsFor(tasks: readonly TaskSummary[], width: number): Column<TaskSummary>[] {
  const short = width < WIDE ? shortIds(tasks.map(({ taskId }) => taskId)) : undefined;
  return [{ title: "task", text: ({ taskId }) => short?.get(taskId) ?? taskId }, ...COLUMNS];
}

const COLUMNS: Column<TaskSummary>[] = [
  { title: "status", text: ({ status }) => status },
  {
    title: "try",
    text: ({ generation, attempt }) => (generation > 1 ? `${generation}.${attempt}` : String(attempt)),
    align: "right",
  },
  { title: "accepted", text: ({ acceptedAt }) => `${acceptedAt.slice(0, 10)} ${formatTime(acceptedAt)}` },
  { title: "cost", text: ({ costUsd, status }) => (status === "completed" ? formatCost(costUsd) : ""), align: "right" },
  {
    title: "prompt or error",
    text: ({ prompt, error }) => (error ? describeError(error) : oneLine(prompt, 120)),
    grow: true,
  },
];

function ListView({ state, ended, screen }: ViewProps<ListState>) {
  if (!ended) return null;
  return (
    <Box flexDirection="column">
      <Place of={state.where} />
      {state.tasks.length === 0 ? (
        <Text dimColor>no tasks</Text>
      ) : (
        <Table
          columns={columnsFor(state.tasks, screen.stream.columns || 80)}
          rows={state.tasks}
          rowKey={({ taskId }) => taskId}
        />
      )}
      {state.summary?.next ? <Text dimColor>more: {state.summary.next}</Text> : null}
    </Box>
  );
}

/** The table of `tasks list`, drawn once. */
export function open(screen: Screen): LiveView<ListEvent> {
  return mount<ListState, ListEvent>(screen, { initial: { tasks: [] }, reduce, View: ListView });
}
