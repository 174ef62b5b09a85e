import { Box, useInput } from "ink";
import { Text } from "../../components/Text.tsx";
import type { DeadLetterShown, QueueShown, ScanProgress } from "../../../contract/operations/dlq.ts";
import type { Operations } from "../../../contract/operations/index.ts";
import type { StageShown } from "../../../contract/operations/shared.ts";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { Place } from "../../components/Place.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { attributeRows, describeProgress, describeScan, letterRows, prettyBody } from "../../letters.ts";
import type { LiveView, Screen } from "../../render/view.ts";

type ShowEvent = Operations["dlq-show"];

interface ShowState {
  where?: StageShown | QueueShown;
  progress?: ScanProgress;
  letter?: DeadLetterShown;
  summary?: Extract<ShowEvent, { type: "summary" }>;
}

function reduce(state: ShowState, event: ShowEvent): ShowState {
  switch (event.type) {
    case "stage":
    case "queue":
      return { ...state, where: event };
    case "scan":
      return { ...state, progress: event };
    case "letter-detail":
      return { ...state, letter: event };
    case "summary":
      return { ...state, summary: event };
  }
}

function Rows({ rows }: { rows: string[][] }) {
  const width = Math.max(0, ...rows.map(([name = ""]) => name.length));
  return rows.map(([name = "", ...rest]) => (
    <Box key={name}>
      <Box width={width + 2} flexShrink={0}>
        <Text dimColor>{name}</Text>
      </Box>
      <Text>{rest.join("  ")}</Text>
    </Box>
  ));
}

function ShowView({ state: { where, progress, letter, summary }, ended, screen }: ViewProps<ShowState>) {
  useInput((input, key) => {
    if (key.ctrl && input === "c") screen.interrupt();
  });
  if (!ended) {
    return progress ? (
      <Text>
        <Spinner /> {describeProgress(progress)}
      </Text>
    ) : null;
  }
  if (!letter || !summary) return null;
  const attributes = attributeRows(letter);
  const told = [
    ...(summary.scan ? describeScan(summary.scan) : []),
    ...summary.next.map((command) => `next: ${command}`),
  ];
  return (
    <Box flexDirection="column">
      <Place of={where} />
      <Rows rows={letterRows(letter)} />
      {attributes.length > 0 ? (
        <Box flexDirection="column" marginTop={1}>
          <Text dimColor>attributes</Text>
          <Rows rows={attributes} />
        </Box>
      ) : null}
      {told.length > 0 ? (
        <Box flexDirection="column" marginTop={1}>
          {told.map((line) => (
            <Text key={line} dimColor>
              {line}
            </Text>
          ))}
        </Box>
      ) : null}
    </Box>
  );
}

/** A letter of `dlq show`, drawn once; its body below, as long as it is. */
export function open(screen: Screen): LiveView<ShowEvent> {
  return mount<ShowState, ShowEvent>(screen, {
    initial: {},
    reduce,
    View: ShowView,
    after: ({ letter }) => (letter ? `\n${prettyBody(letter.body, true)}\n` : undefined),
  });
}
