import { Box, Text } from "ink";
import type { Operations } from "../../../contract/operations/index.ts";
import { mount, type ViewProps } from "../../components/mount.tsx";
import { type Column, Table } from "../../components/Table.tsx";
import { formatCount, formatTime, oneLine, shortId } from "../../format.ts";
import type { LiveView, Screen } from "../../render/view.ts";
import { describeError } from "../../timeline.ts";

type ListEvent = Operations["dlq-list"];
type Letter = Extract<ListEvent, { type: "letter" }>;
type Summary = Extract<ListEvent, { type: "summary" }>;

interface ListState {
  letters: Letter[];
  summary?: Summary;
}

function reduce(state: ListState, event: ListEvent): ListState {
  if (event.type === "letter") return { ...state, letters: [...state.letters, event] };
  return event.type === "summary" ? { ...state, summary: event } : state;
}

const LETTERS: Column<Letter>[] = [
  { title: "task", text: ({ taskId, messageId }) => taskId ?? `message ${shortId(messageId)}` },
  { title: "sent", text: ({ sentAt }) => `${sentAt.slice(0, 10)} ${formatTime(sentAt)}` },
  { title: "tries", text: ({ attempts }) => String(attempts), align: "right" },
  {
    title: "why",
    text: ({ error, prompt }) => (error ? describeError(error) : oneLine(prompt ?? "no record tells", 120)),
    grow: true,
  },
];

const CAUSES: Column<Summary["causes"][number]>[] = [
  { title: "letters", text: ({ count }) => formatCount(count), align: "right" },
  { title: "cause", text: ({ name }) => name },
  { title: "message", text: ({ message }) => oneLine(message, 160), grow: true },
  { title: "fingerprint", text: ({ fingerprint }) => fingerprint },
];

function LettersView({ state: { letters, summary }, ended }: ViewProps<ListState>) {
  if (!ended || !summary) return null;
  return (
    <Box flexDirection="column">
      <Text
        bold
      >{`${summary.queue}: ${formatCount(summary.depth)} dead ${summary.depth === 1 ? "letter" : "letters"}`}</Text>
      {letters.length > 0 ? <Table columns={LETTERS} rows={letters} rowKey={({ messageId }) => messageId} /> : null}
      {summary.causes.length > 0 ? (
        <Box marginTop={1}>
          <Table columns={CAUSES} rows={summary.causes} rowKey={({ fingerprint }) => fingerprint} />
        </Box>
      ) : null}
      {summary.redrive ? <Text dimColor>redrive: {summary.redrive}</Text> : null}
    </Box>
  );
}

/** The tables of `dlq list`, drawn once. */
export function open(screen: Screen): LiveView<ListEvent> {
  return mount<ListState, ListEvent>(screen, { initial: { letters: [] }, reduce, View: LettersView });
}
