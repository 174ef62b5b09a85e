import { cutText, JSON_HAS_ALL, SCREEN_LINE, SCREEN_TEXT } from "../../cut.ts";
import { counted } from "../../../contract/counted.ts";
import { Box } from "ink";
import { Text } from "../../components/Text.tsx";
import type { Operations } from "../../../contract/operations/index.ts";
import type { StageShown } from "../../../contract/operations/shared.ts";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Place } from "../../components/Place.tsx";
import { Mark } from "../../components/Mark.tsx";
import { formatTime } from "../../format.ts";
import { resultText } from "../../render/text/shared.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { describeEvent } from "../../timeline.ts";

type ShowEvent = Operations["tasks-show"];

interface ShowState {
  where?: StageShown;
  detail?: Extract<ShowEvent, { type: "task-detail" }>;
}

function reduce(state: ShowState, event: ShowEvent): ShowState {
  if (event.type === "stage") return { ...state, where: event };
  return event.type === "task-detail" ? { ...state, detail: event } : state;
}

function ShowView({ state: { where, detail }, ended }: ViewProps<ShowState>) {
  if (!ended || !detail) return null;
  const { record, events, result } = detail;
  const facts: [string, string | undefined][] = [
    ["task", record.task.taskId],
    ["status", record.status],
    ["user", record.task.userId],
    ["document", record.task.documentReference],
    ["callback", record.task.callbackUrl],
    [
      "webhook",
      record.webhook ? `${record.webhook.status} after ${counted(record.webhook.tries, "try", "tries")}` : undefined,
    ],
  ];
  return (
    <Box flexDirection="column">
      <Place of={where} />
      {facts.map(([name, value]) =>
        value === undefined ? null : <Text key={name}>{`${name.padEnd(9)} ${value}`}</Text>,
      )}
      <Box marginTop={1} flexDirection="column">
        <Text>{cutText(record.task.prompt, SCREEN_LINE, JSON_HAS_ALL)}</Text>
      </Box>
      <Box marginTop={1} flexDirection="column">
        {events.map((event, index) => {
          const { tone, text } = describeEvent(event, events[index - 1]);
          return (
            <Text key={event.seq}>
              <Text dimColor>{formatTime(event.at)}</Text> <Mark tone={tone} /> {text}
            </Text>
          );
        })}
      </Box>
      {result === undefined ? null : (
        <Box marginTop={1}>
          <Text>{cutText(resultText(result), SCREEN_TEXT, JSON_HAS_ALL)}</Text>
        </Box>
      )}
    </Box>
  );
}

/** All that is known of one task, drawn once. */
export function open(screen: Screen): LiveView<ShowEvent> {
  return mount<ShowState, ShowEvent>(screen, { initial: {}, reduce, View: ShowView });
}
