import { Box } from "ink";
import { Text } from "../../components/Text.tsx";
import type { DeadLetterQueueShown, QueueShown } from "../../../contract/operations/dlq.ts";
import type { Operations } from "../../../contract/operations/index.ts";
import type { StageShown } from "../../../contract/operations/shared.ts";
import { useColor } from "../../components/color.tsx";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Place } from "../../components/Place.tsx";
import { describeDepth, describeUnknown } from "../../letters.ts";
import type { LiveView, Screen } from "../../render/view.ts";

type ListEvent = Operations["dlq-list"];

interface ListState {
  where?: StageShown | QueueShown;
  queues: DeadLetterQueueShown[];
  summary?: Extract<ListEvent, { type: "summary" }>;
}

function reduce(state: ListState, event: ListEvent): ListState {
  switch (event.type) {
    case "stage":
    case "queue":
      return { ...state, where: event };
    case "dead-letter-queue":
      return { ...state, queues: [...state.queues, event] };
    case "summary":
      return { ...state, summary: event };
  }
}

/** Two lines a queue: names are long, and no table of them fits 80 columns. */
function Queue({ queue }: { queue: DeadLetterQueueShown }) {
  const color = useColor();
  const { visible, inFlight, delayed } = queue.depth;
  const isEmpty = visible + inFlight + delayed === 0;
  return (
    <Box flexDirection="column">
      <Text>
        <Text bold>{queue.name}</Text>{" "}
        <Text {...(isEmpty ? color("green") : color("yellow"))}>{describeDepth(queue)}</Text>
      </Text>
      <Text dimColor>{`  dead letters of ${queue.sources.join(", ")}`}</Text>
    </Box>
  );
}

function QueuesView({ state: { where, queues, summary }, ended }: ViewProps<ListState>) {
  if (!ended || !summary) return null;
  return (
    <Box flexDirection="column">
      <Place of={where} />
      {queues.length === 0 ? <Text dimColor>there is no dead-letter queue</Text> : null}
      {queues.map((queue) => (
        <Queue key={queue.queue} queue={queue} />
      ))}
      {describeUnknown(queues).map((line) => (
        <Text key={line} dimColor>
          {line}
        </Text>
      ))}
      {summary.inspect ? <Text dimColor>see why: {summary.inspect}</Text> : null}
    </Box>
  );
}

/** The queues of `dlq list`, drawn once. */
export function open(screen: Screen): LiveView<ListEvent> {
  return mount<ListState, ListEvent>(screen, { initial: { queues: [] }, reduce, View: QueuesView });
}
