import { Box, useInput, usePaste, useWindowSize } from "ink";
import type { ReactNode } from "react";
import type { Desk } from "../../../contract/desk.ts";
import { useColor } from "../../components/color.tsx";
import { Spinner } from "../../components/Spinner.tsx";
import { Text } from "../../components/Text.tsx";
import { formatCount, oneLine, shortId } from "../../format.ts";
import { describeCause, describeProgress } from "../../letters.ts";
import { placeLines } from "../../place.ts";
import { GLYPHS, TONE_STYLES } from "../../theme.ts";
import { isNarrow, layoutFor, letterLines, windowOf } from "./layout.ts";
import { type Action, actionsOf, currentLetter, type DeskState, idOf, targetOf, type Typing } from "./state.ts";
import type { press } from "./keys.ts";

interface DeskViewProps {
  desk: Desk;
  state: DeskState;
  onKey(input: string, key: Parameters<typeof press>[2], page: number): void;
}

/** Rows around the panes, beside those of the actions: place and marks, titles, keys. */
const AROUND = 4;

/** Causes left, letters in the middle, one letter right; below, what each key does as a command. */
export function DeskView({ desk, state, onKey }: DeskViewProps) {
  const { columns, rows } = useWindowSize();
  const actions = actionsOf(state, desk);
  const [where = "", ...marks] = placeLines(desk.place);
  const layout = layoutFor(columns, rows, AROUND + marks.length + actions.length);
  useInput((input, key) => onKey(input, key, layout.rows));
  usePaste((text) => onKey(text, {}, layout.rows));
  const color = useColor();
  const { progress, loaded, problem, focus, shown, marked, typing } = state;
  const [groups, letters, letter] = layout.widths;
  const target = targetOf(state);
  const total = loaded ? `${formatCount(loaded.letters.length)} dead letters` : "dead letters";
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Text wrap="truncate-end">
        <Text bold>{total}</Text>
        {target ? ` · keys act on ${target.what}` : ""}
        <Text dimColor>{` · ${where}`}</Text>
      </Text>
      {marks.map((line) => (
        <Text key={line} wrap="truncate-end" {...color(TONE_STYLES.warn)}>
          {line}
        </Text>
      ))}
      <Box height={layout.rows + 1}>
        {problem !== undefined ? (
          <Text {...color(TONE_STYLES.fail)}>{`${GLYPHS.fail} ${problem}`}</Text>
        ) : loaded ? (
          <>
            <Pane width={groups} title="causes" focused={focus === 0}>
              <Groups state={state} rows={layout.rows} width={groups - 2} />
            </Pane>
            <Pane
              width={letters}
              title={`${formatCount(shown.length)} letters${marked.size > 0 ? `, ${formatCount(marked.size)} marked` : ""}`}
              focused={focus === 1}
            >
              <Letters state={state} rows={layout.rows} width={letters - 2} />
            </Pane>
            <Pane width={letter} title="letter" focused={focus === 2}>
              <Letter state={state} rows={layout.rows} width={letter - 2} />
            </Pane>
          </>
        ) : (
          <Text>
            <Spinner /> {progress ? describeProgress(progress) : "reading"}
          </Text>
        )}
      </Box>
      <Actions actions={actions} desk={desk} typing={typing} />
      {typing ? (
        <Prompt typing={typing} />
      ) : (
        <Text dimColor wrap="truncate-end">
          arrows move · space mark · a all · / filter · esc clear · R reload · q leave
        </Text>
      )}
    </Box>
  );
}

function Pane({
  width,
  title,
  focused,
  children,
}: {
  width: number;
  title: string;
  focused: boolean;
  children: ReactNode;
}) {
  const color = useColor();
  return (
    <Box flexDirection="column" width={width} paddingRight={1}>
      <Text bold={focused} dimColor={!focused} wrap="truncate-end" {...(focused ? color("cyan") : {})}>
        {`${focused ? GLYPHS.pointer : " "} ${title}`}
      </Text>
      {children}
    </Box>
  );
}

/** One line of a list. */
function Row({ chosen, focused, children }: { chosen: boolean; focused: boolean; children: string }) {
  const color = useColor();
  return (
    <Text wrap="truncate-end" bold={chosen && focused} {...(chosen ? color("cyan") : {})}>
      {`${chosen ? GLYPHS.pointer : " "} ${children}`}
    </Text>
  );
}

function Groups({ state: { loaded, group, focus }, rows, width }: { state: DeskState; rows: number; width: number }) {
  const all = loaded
    ? [
        { count: loaded.letters.length, text: "all causes" },
        ...loaded.groups.map(({ count, cause }) => ({ count, text: describeCause(cause) })),
      ]
    : [];
  const { from, to } = windowOf(group, all.length, rows);
  const counts = Math.max(...all.map(({ count }) => formatCount(count).length));
  return all.slice(from, to).map(({ count, text }, index) => (
    <Row key={`${from + index}`} chosen={from + index === group} focused={focus === 0}>
      {`${formatCount(count).padStart(counts)} ${oneLine(text, width)}`}
    </Row>
  ));
}

function Letters({ state, rows, width }: { state: DeskState; rows: number; width: number }) {
  const { shown, letter, focus, marked, filter } = state;
  if (shown.length === 0)
    return (
      <Text dimColor wrap="truncate-end">
        {filter === "" ? "  none" : `  none fits ${filter}`}
      </Text>
    );
  const { from, to } = windowOf(letter, shown.length, rows);
  return shown.slice(from, to).map((one, index) => (
    <Row key={idOf(one)} chosen={from + index === letter} focused={focus === 1}>
      {`${marked.has(idOf(one)) ? GLYPHS.ok : " "} ${shortId(idOf(one))} ${oneLine(one.prompt ?? describeCause(one.cause), width)}`}
    </Row>
  ));
}

function Letter({ state, rows, width }: { state: DeskState; rows: number; width: number }) {
  const letter = currentLetter(state);
  const detail = letter && state.details.get(idOf(letter));
  if (!letter) return null;
  if (detail === undefined) return <Text dimColor>...</Text>;
  const lines = typeof detail === "string" ? [detail] : letterLines(detail, width);
  const from = Math.min(state.scroll, Math.max(0, lines.length - rows));
  const seen = lines.slice(from, from + rows);
  return seen.map((line, index) => (
    <Text key={`${from + index}`} wrap="truncate-end" dimColor={index === rows - 1 && from + rows < lines.length}>
      {index === rows - 1 && from + rows < lines.length
        ? `${formatCount(lines.length - from - rows + 1)} more lines`
        : line === ""
          ? " "
          : line}
    </Text>
  ));
}

function Actions({ actions, desk, typing }: { actions: Action[]; desk: Desk; typing: Typing | undefined }) {
  const color = useColor();
  const width = Math.max(...actions.map(({ name }) => name.length));
  // Whoever wants to type it knows what it begins with.
  const begin = isNarrow(useWindowSize().columns) ? "" : `${desk.program} `;
  return actions.map(({ key, name, argv, asks }) => (
    // Both ends of a command matter: what it does, and the flag that was typed last.
    <Text key={key} wrap="truncate-middle" dimColor={!argv}>
      <Text bold {...(argv ? color("green") : {})}>
        {key}
      </Text>
      {` ${name.padEnd(width)}  `}
      <Text dimColor={typing === undefined || typing.what !== asks}>
        {argv
          ? `${begin}${desk.line(argv)}`
          : name.includes("edited")
            ? "mark one letter, or stand on it"
            : "nothing is chosen"}
      </Text>
    </Text>
  ));
}

const QUESTIONS = { filter: "filter", set: "set path=value", export: "export to file" } as const;

function Prompt({ typing: { what, text } }: { typing: Typing }) {
  const color = useColor();
  return (
    <Text wrap="truncate-start">
      <Text {...color("cyan")}>{`${QUESTIONS[what]}: `}</Text>
      {text}
      <Text inverse> </Text>
      <Text dimColor> enter takes it, esc leaves</Text>
    </Text>
  );
}
